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
from typing import IO, Literal

SLOTS = 100
"""As many workers as share a home at most; a catalogue has far fewer partitions."""


class SlotTaken(RuntimeError):
    """Another process holds the slot."""


@contextmanager
def held_slot(home: Path, slot: int | Literal["any"] | None) -> Iterator[str]:
    """The slot's name for as long as the context lasts; a name of this start alone without a slot.

    ``any`` is the lowest one that is free: of workers that share a home, each gets its own, and one that
    is started again takes over what its predecessor left. Raises SlotTaken.
    """
    if slot is None:
        yield uuid.uuid4().hex
        return
    folder = home / "run"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(SLOTS) if slot == "any" else (slot,):
        with (folder / f"producers-{number}.lock").open("w") as held:
            if _taken(held):
                yield str(number)
                return
    which = f"slots 0 to {SLOTS - 1} are" if slot == "any" else f"slot {slot} is"
    raise SlotTaken(f"{which} held by other workers ({folder}); stop one, or choose another --slot")


def _taken(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
