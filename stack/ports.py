"""Ports: whether one is free, who holds it otherwise, and finding free ones."""

from __future__ import annotations

import errno
import random
import socket
from collections.abc import Iterable
from typing import NamedTuple

import psutil

from stack.errors import PortTaken
from stack.settings import LOOPBACK

LAST_PORT = 65_535
SELDOM_USED = (20_000, 32_000)


class Wanted(NamedTuple):
    """A port and the program that should have it; ``variable`` changes it, None where nothing does."""

    purpose: str
    variable: str | None
    port: int


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def holder(port: int) -> str:
    """The process that listens on `port`, in words."""
    try:
        listening = [
            connection.pid
            for connection in psutil.net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
        ]
        known = next((pid for pid in listening if pid is not None), None)
        if known is not None:
            process = psutil.Process(known)
            return f"process {known} ({process.name()} of {process.username()})"
    except psutil.Error:
        pass  # it ended meanwhile, or the system does not say: the sentence below holds either way
    return f"a process that this user may not see (an administrator can ask `ss -ltnp 'sport = :{port}'`)"


def check(wanted: Iterable[Wanted]) -> None:
    """Raises PortTaken, which names every port that is taken, asked for twice, or not this user's to take."""
    problems = []
    before: dict[int, Wanted] = {}
    for each in wanted:
        other = before.setdefault(each.port, each)
        problem = f"wanted for {other.purpose} too" if other is not each else _problem(each.port)
        if problem is not None:
            problems.append(f"Port {each.port}, wanted for {each.purpose}, is {problem}. {_way_out(each)}")
    if problems:
        raise PortTaken("\n".join([*problems, "Nothing was started."]))


def _problem(port: int) -> str | None:
    try:
        return None if is_free(port) else f"taken by {holder(port)}"
    except PermissionError:
        return "not for this user to take"


def _way_out(wanted: Wanted) -> str:
    if wanted.variable is None:
        return "Nothing but that process can give it up; stop it."
    other = wanted.port + 10_000 if wanted.port + 10_000 <= LAST_PORT else wanted.port - 10_000
    return (
        f"Free it, or choose another: {wanted.variable}={other} before the command; later ones know it then."
    )


def free(count: int) -> list[int]:
    """Ports that nobody holds, below those that the system gives to whoever asks for any: between this
    look and their use no process gets one of them by chance."""
    found: list[int] = []
    for port in random.sample(range(*SELDOM_USED), SELDOM_USED[1] - SELDOM_USED[0]):
        if len(found) == count:
            return found
        if is_free(port):
            found.append(port)
    raise PortTaken(f"no {count} free ports from {SELDOM_USED[0]} to {SELDOM_USED[1] - 1}")
