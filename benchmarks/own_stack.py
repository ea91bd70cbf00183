"""A stack of a benchmark's own: a temporary home, free ports, and an end with the block."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from stack import ports
from stack.settings import StackSettings
from stack.stack import Stack
from tidewire.places import stack_settings


@contextmanager
def own_stack() -> Iterator[Stack]:
    """Not started yet; this process's Tidewire is that one from here on, so once in a process."""
    names = [name for name in StackSettings.model_fields if name.endswith("_port")]
    with tempfile.TemporaryDirectory(prefix="tidewire-bench-") as home:
        os.environ["TIDEWIRE_HOME"] = home
        for name, port in zip(names, ports.free(len(names)), strict=True):
            os.environ[f"TIDEWIRE_STACK_{name.upper()}"] = str(port)
        stack = Stack(stack_settings(), lambda step: say(f"{step.program}: {step.state}"))
        try:
            yield stack
        finally:
            stack.down()


def say(message: str) -> None:
    """Progress, on standard error."""
    print(message, file=sys.stderr)
