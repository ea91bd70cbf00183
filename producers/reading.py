"""Runs the parser in processes of its own, where a document that hangs or swells can be ended.

Each process has its own pipes and reads one document at a time: whatever way it ends, nobody else
waits for a lock it held. It ends by itself when its worker does, by the end of its input.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import pickle
import resource
import signal
import struct
import sys
from types import TracebackType
from typing import BinaryIO, Self
from weakref import WeakValueDictionary

from producers.answers import NoAnswer, decoded, encoded
from producers.parse import Document, Unreadable, read
from producers.settings import ParseSettings
from producers.urls import registrable_domain
from schemas.limits import ANSWER_BYTES
from telemetry import logs
from telemetry.environment import given

LOG = logs.logger("reading")
LENGTH = struct.Struct(">Q")
READY = b"+"
START_TIMEOUT_S = 60.0
MAX_DOCUMENTS = 1_000
MAX_SUSPECTS = 10_000
PR_SET_PDEATHSIG = 1


class ParserNotStarted(RuntimeError):
    """A parser's process did not come up; the document is not at fault."""


class _Stopped(Unreadable):
    """A document that made its parser hang or die."""


class DocumentReader:
    """An async context manager around the processes; ``read`` is ``producers.parse.read`` under limits."""

    def __init__(self, settings: ParseSettings) -> None:
        self._settings = settings
        self._idle: asyncio.LifoQueue[_Parser] = asyncio.LifoQueue()
        self._parsers = [_Parser(settings.parse_memory_bytes) for _ in range(settings.parse_processes)]
        # Who made a parser hang or die, lately: all of them have one parser at a time, and one publisher has
        # never all of them.
        self._suspects: dict[str, None] = {}
        self._suspect = asyncio.Semaphore(1)
        self._of_publisher: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def __aenter__(self) -> Self:
        for parser in self._parsers:
            self._idle.put_nowait(parser)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for parser in self._parsers:
            await parser.end()

    async def read(self, body: bytes, url: str, content_type: str) -> Document:
        """Raises Unreadable for what is no feed, takes too long, or ends the parser's process."""
        publisher = registrable_domain(url)
        slots = self._of_publisher.get(publisher)
        if slots is None:
            slots = asyncio.Semaphore(max(1, len(self._parsers) - 1))
            self._of_publisher[publisher] = slots
        async with slots:
            if publisher not in self._suspects:
                return await self._read(body, url, content_type, publisher)
            async with self._suspect:
                return await self._read(body, url, content_type, publisher)

    async def _read(self, body: bytes, url: str, content_type: str, publisher: str) -> Document:
        request = pickle.dumps((body, url, content_type))
        parser = await self._idle.get()
        try:
            result = await self._ask(parser, request)
        finally:
            if not parser.is_idle:
                await parser.end()
            self._idle.put_nowait(parser)
        self._suspects.pop(publisher, None)
        if isinstance(result, _Stopped):
            self._suspects[publisher] = None
            if len(self._suspects) > MAX_SUSPECTS:
                del self._suspects[next(iter(self._suspects))]
        if isinstance(result, Unreadable):
            raise result
        return result

    async def _ask(self, parser: _Parser, request: bytes) -> Document | Unreadable:
        limit = self._settings.parse_timeout_s
        while True:
            is_fresh = await parser.start()
            try:
                async with asyncio.timeout(limit):
                    return decoded(await parser.ask(request))
            except TimeoutError:
                return _Stopped(f"not read within {limit:g} s")
            except NoAnswer as error:
                await parser.end()
                return _Stopped(str(error))
            except (asyncio.IncompleteReadError, ConnectionError):
                code = await parser.end()
                # One that had been idle may have died before it saw the document.
                if is_fresh:
                    return _Stopped(f"the parser's process ended with code {code}")
                LOG.warning("a parser died; another one takes over", code=code)


class _Parser:
    """One process, started when needed."""

    def __init__(self, memory_bytes: int) -> None:
        self._memory_bytes = memory_bytes
        self._process: asyncio.subprocess.Process | None = None
        self.is_idle = True
        self._documents = 0

    async def start(self) -> bool:
        """Whether a new process was needed; it has asked nothing yet."""
        if self._process is not None and self._documents < MAX_DOCUMENTS:
            return False
        await self.end()
        self._documents = 0
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "producers.reading",
            str(self._memory_bytes),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=given(),
        )
        self.is_idle = False
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                await _out(self._process).readexactly(len(READY))
        except (TimeoutError, asyncio.IncompleteReadError) as error:
            raise ParserNotStarted(
                f"no parser within {START_TIMEOUT_S:.0f} s; see its errors above"
            ) from error
        self.is_idle = True
        return True

    async def ask(self, request: bytes) -> bytes:
        """Raises IncompleteReadError or ConnectionError when the process ends before it answers."""
        if self._process is None or self._process.stdin is None:
            raise ParserNotStarted("a parser is started before it is asked")
        self.is_idle = False
        self._documents += 1
        self._process.stdin.write(LENGTH.pack(len(request)) + request)
        await self._process.stdin.drain()
        out = _out(self._process)
        (length,) = LENGTH.unpack(await out.readexactly(LENGTH.size))
        if length > ANSWER_BYTES:
            raise NoAnswer(f"an answer of {length} bytes, more than {ANSWER_BYTES}")
        answer = await out.readexactly(length)
        self.is_idle = True
        return answer

    async def end(self) -> int | None:
        """Ends the process, if there is one; its exit code."""
        process, self._process, self.is_idle = self._process, None, True
        if process is None:
            return None
        if process.returncode is None:
            process.kill()
        return await process.wait()


def _out(process: asyncio.subprocess.Process) -> asyncio.StreamReader:
    if process.stdout is None:
        raise ParserNotStarted("a parser without an output")
    return process.stdout


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answers requests until they end."""
    answers.write(READY)
    answers.flush()
    while header := requests.read(LENGTH.size):
        (length,) = LENGTH.unpack(header)
        body, url, content_type = pickle.loads(requests.read(length))
        answer = encoded(_answer(body, url, content_type))
        if len(answer) > ANSWER_BYTES:
            answer = encoded(Unreadable(f"{len(answer)} bytes once read, more than {ANSWER_BYTES}"))
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _answer(body: bytes, url: str, content_type: str) -> Document | Unreadable:
    try:
        return read(body, url, content_type)
    except Unreadable as error:
        return error
    except (MemoryError, RecursionError) as error:
        return Unreadable(f"the parser gave up: {type(error).__name__}")


def _limit(memory_bytes: int) -> None:
    # The worker decides when to stop: an interrupt from the terminal reaches the whole group.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    if sys.platform == "linux":
        # A parser that hangs does not notice the end of its input; the kernel ends it with its worker.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    """The process: documents from standard input, answers to what was standard output."""
    _limit(int(sys.argv[1]))
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever a library prints goes where logs go, not between two answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
