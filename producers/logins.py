"""Users and passwords of feeds, kept out of every URL: in a file that only its owner reads.

What a list of feeds says as ``https://user:password@host/feed`` is parted at import. The address goes
into the log; the rest is kept by feed id, in ``feed-logins.json`` of the home or where
``TIDEWIRE_PRODUCERS_LOGINS_FILE`` says, and goes as Authorization to that feed's server and nowhere else.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from producers.urls import userinfo, without_userinfo
from telemetry import logs

LOG = logs.logger("logins")

_LAST_AT = re.compile("(?:@|%40|\uff20|\ufe6b)\\Z", re.IGNORECASE)


class LoginsUnreadable(ValueError):
    """A file of logins that is none."""


@dataclass(frozen=True, slots=True)
class Login:
    """A user and a password, and the scheme, host and port that they are for."""

    origin: str
    user: str = field(repr=False)
    password: str = field(repr=False)

    def is_for(self, origin: str) -> bool:
        """Whether it may be sent there: to where it belongs, or to that host's https."""
        plain = self.origin.removeprefix("http://").removesuffix(":80")
        return origin == self.origin or (
            self.origin == f"http://{plain}:80" and origin == f"https://{plain}:443"
        )

    @property
    def header(self) -> str:
        """The value of Authorization (RFC 7617)."""
        return "Basic " + b64encode(f"{self.user}:{self.password}".encode()).decode()


def parted(url: str) -> tuple[str, Login | None]:
    """A URL without user and password, and those. Raises ValueError for what is no URL."""
    said = userinfo(url)
    if not said:
        return url, None
    bare = without_userinfo(url)
    user, _, password = _LAST_AT.sub("", said).partition(":")
    return bare, Login(origin_of(bare), unquote(user), unquote(password))


def origin_of(url: str) -> str:
    """``scheme://host:port`` of a URL, lower case. Raises ValueError for what is no URL."""
    parts = urlsplit(url)
    port = parts.port if parts.port is not None else (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{parts.hostname or ''}:{port}"


class Logins:
    """The file, read again when it has changed, and what feeds of older logs carry in their addresses."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at: tuple[int, int] | None = None
        self._of_file: Mapping[str, Login] = {}
        self._of_log: dict[str, Login] = {}

    def of(self, feed_id: str) -> Login | None:
        """The feed's login, if it has one."""
        self._refresh()
        return self._of_file.get(feed_id) or self._of_log.get(feed_id)

    def remember(self, feed_id: str, login: Login | None) -> None:
        """What the catalogue says of a feed now; None: nothing."""
        if login is None:
            self._of_log.pop(feed_id, None)
        else:
            self._of_log[feed_id] = login

    def _refresh(self) -> None:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            self._read_at, self._of_file = None, {}
            return
        except OSError as error:
            LOG.error("the file of logins cannot be read", file=str(self._path), error=type(error).__name__)
            return
        at = (stat.st_mtime_ns, stat.st_ino)
        if at == self._read_at:
            return
        self._read_at = at
        try:
            self._of_file = read(self._path)
        except (OSError, LoginsUnreadable) as error:
            LOG.error("the file of logins cannot be read; those read before still count", error=str(error))


def read(path: Path) -> dict[str, Login]:
    """By feed id; nothing when there is no file. Raises OSError, LoginsUnreadable."""
    if not path.exists():
        return {}
    try:
        held = json.loads(path.read_bytes())
        return {
            str(feed): Login(str(each["origin"]), str(each["user"]), str(each["password"]))
            for feed, each in held.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        # Without its words: they quote what the file holds.
        raise LoginsUnreadable(
            f"{path} is no file of logins ({type(error).__name__}): a JSON object of feed ids, each with "
            "origin, user and password"
        ) from None


def add(path: Path, logins: Mapping[str, Login]) -> None:
    """Puts logins into the file, at once or not at all, with mode 0600. Raises OSError, LoginsUnreadable."""
    held = {**read(path), **logins}
    said = {
        feed: {"origin": each.origin, "user": each.user, "password": each.password}
        for feed, each in sorted(held.items())
    }
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(said, file, indent=1)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
