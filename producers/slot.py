"""A worker's slot, held by one process at a time on a machine.

Two workers with one transactional id would fence each other for ever. The lock is the kernel's:
it goes with the process, however that ends.
"""

from __future__ import annotations

import fcntl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class SlotTaken(RuntimeError):
    """Another process holds the slot."""


@contextmanager
def held_slot(home: Path, slot: int | None) -> Iterator[str]:
    """The slot's name for as long as the context lasts; a name of this start alone without a slot.

    Raises SlotTaken.
    """
    if slot is None:
        yield uuid.uuid4().hex
        return
    folder = home / "run"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"producers-{slot}.lock"
    with path.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SlotTaken(
                f"slot {slot} is held by another worker ({path}); stop that one or choose another --slot"
            ) from error
        yield str(slot)
