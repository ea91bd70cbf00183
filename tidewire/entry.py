"""The first thing that ``./tw`` runs: Ctrl-C ends it with 130, be it while everything is still imported."""

from __future__ import annotations

import os
import sys
import traceback
from types import TracebackType

INTERRUPTED = 130
"""128 and SIGINT's number, as shells have it."""


def tell_fault(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    """A traceback as Python prints it, but visibly: a fault may carry a stranger's words."""
    from telemetry.visible import visible

    told = "".join(traceback.format_exception(kind, fault, trace))
    print(visible(told, lines=True), end="", file=sys.stderr)


def main() -> None:
    """Runs the command line."""
    sys.excepthook = tell_fault
    # Whatever a command writes quotes strangers and tells of this user: it is this user's alone.
    os.umask(0o077)
    try:
        from tidewire import cli

        cli.main()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
