"""A home is its user's alone: folders 0700, files 0600, whoever writes them and whatever was there before."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stack.errors import StackError

UMASK = 0o077


class NotYours(StackError):
    """A home, or something in it, belongs to another user."""


@contextmanager
def alone() -> Iterator[None]:
    """What is written meanwhile is this user's alone."""
    before = os.umask(UMASK)
    try:
        yield
    finally:
        os.umask(before)


def check(folder: Path) -> None:
    """Narrows a folder of this user; nothing happens where there is none. Raises NotYours."""
    if (mode := owned(folder)) is not None:
        _narrow(folder, mode)


def owned(folder: Path) -> int | None:
    """The mode of a folder of this user; None where there is none. Links are followed.

    Raises NotYours for one of another user, and for what is no folder.
    """
    try:
        found = folder.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NotYours(f"{folder} cannot be looked at: {error.strerror}. {_ADVICE}") from error
    if not stat.S_ISDIR(found.st_mode):
        raise NotYours(f"{folder} is no folder. {_ADVICE}")
    if found.st_uid != os.geteuid():
        raise NotYours(
            f"{folder} belongs to another user (id {found.st_uid}, and you are {os.geteuid()}). {_ADVICE}"
        )
    return found.st_mode


def claim(folder: Path) -> None:
    """Makes a folder if there is none, and narrows everything in it. Links are not followed.

    Raises NotYours.
    """
    with alone():
        folder.mkdir(parents=True, exist_ok=True)
    check(folder)
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_symlink():
                    continue
                path = Path(entry.path)
                try:
                    _narrow(path, entry.stat(follow_symlinks=False).st_mode)
                except FileNotFoundError:
                    # What is written beside us may come and go.
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(path)


_ADVICE = "Name a home of your own with TIDEWIRE_HOME=folder"


def _narrow(path: Path, mode: int) -> None:
    if not stat.S_IMODE(mode) & UMASK:
        return
    try:
        path.chmod(stat.S_IMODE(mode) & ~UMASK)
    except PermissionError as error:
        raise NotYours(
            f"{path} is another user's, in a home of yours: remove it, or make it yours"
        ) from error
