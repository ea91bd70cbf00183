"""A server of hostile feeds, byte by byte: what aiohttp's own server would refuse to send."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Self

# Given how often it was asked before: the whole answer, status line, headers and body.
Answer = Callable[[int], bytes]


def http(body: bytes, headers: bytes = b"", status: bytes = b"200 OK") -> bytes:
    """An answer; ``headers`` are whole lines, each with its line break."""
    length = b"Content-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 " + status + b"\r\n" + length + b"Connection: close\r\n" + headers + b"\r\n" + body


def end(loop: asyncio.AbstractEventLoop, server: asyncio.Server) -> None:
    """Closes a server whose loop was stopped, with every connection that it has."""
    server.close()
    # A connection just accepted is held by a task: cancelled before its first step, it stays open.
    loop.run_until_complete(asyncio.sleep(0.1))
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    # A transport closes its socket in the loop's next rounds.
    loop.run_until_complete(asyncio.sleep(0.05))


class HostileServer:
    """A context manager. ``answers`` by path; ``asked`` counts requests."""

    def __init__(self, answers: dict[str, Answer]) -> None:
        self.answers = answers
        self.asked: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.base = ""

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def host(self) -> str:
        """Host and port."""
        return self.base.removeprefix("http://")

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._answer, "127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        self._loop.run_forever()
        end(self._loop, server)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            path = request.split(b" ", 2)[1].decode("latin-1")
            answer = self.answers.get(path)
            writer.write(answer(self.asked[path]) if answer else http(b"", status=b"404 Not Found"))
            self.asked[path] += 1
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            # A poller that gives up in the middle is as it should be.
            return
        finally:
            writer.close()
