"""Ports: whether one is free, who holds it otherwise, and finding free ones."""

from __future__ import annotations

import errno
import random
import socket
from collections.abc import Iterable

import psutil

from tidewire.stack.errors import PortTaken
from tidewire.stack.settings import LOOPBACK

LAST_PORT = 65_535
SELDOM_USED = (20_000, 32_000)


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


def check(wanted: Iterable[tuple[str, str | None, int]]) -> None:
    """Takes (what it is for, environment variable that changes it, port); PortTaken if one is taken."""
    for purpose, variable, port in wanted:
        if not is_free(port):
            other = port + 10_000 if port + 10_000 <= LAST_PORT else port - 10_000
            way_out = (
                f", or choose another port: {variable}={other} ./tw up (later commands know it from then on)"
                if variable
                else ""
            )
            raise PortTaken(
                f"Port {port}, wanted for {purpose}, is taken by {holder(port)}. Stop that process{way_out}"
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
