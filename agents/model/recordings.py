"""What was ever answered and is still kept, by request hash: models' answers and tools' results."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from schemas.codec import Codec, Undecodable
from schemas.records import RecordedResponse
from telemetry.logs import logger
from topics.catalogue import AGENTS_RESPONSES
from topics.reading import end_offsets, read_range
from topics.settings import BrokerSettings

# Returns when the response is in the log.
Record = Callable[[RecordedResponse], Awaitable[None]]
# Request hash and response; None for one that was taken down.
Kept = tuple[str, RecordedResponse | None]

log = logger("agents.model")


class ResponseLog:
    """Follows ``agents.responses``, from its beginning. Blocks on the broker; one call at a time."""

    def __init__(self, broker: BrokerSettings, codec: Codec) -> None:
        self._broker = broker
        self._codec = codec
        self._next: dict[int, int] = {}

    def read_on(self) -> Iterable[Kept]:
        """What was written since the last call, to the ends as of this one."""
        found: list[Kept] = []
        ends = end_offsets(self._broker, AGENTS_RESPONSES)
        if ends == self._next:
            return found
        for each in read_range(self._broker, AGENTS_RESPONSES, start=self._next, end=ends):
            key = (each.key or b"").decode(errors="replace")
            try:
                response = self._codec.decode(each.value, RecordedResponse) if each.value else None
            except Undecodable as error:
                log.warning("undecodable response", place=each.place, error=str(error))
                continue
            found.append((key, response))
        self._next = ends
        return found


class Unrecorded(LookupError):
    """A request or a tool that would have to be asked."""


class Recordings:
    """``read_on`` gives what others have recorded, blocking; ``record`` writes one to the log.

    A hash that is not known is looked for at the log's end before anyone pays: another worker may have
    had this assignment before. Bodies are held packed, for all that is kept is held.
    """

    def __init__(self, read_on: Callable[[], Iterable[Kept]], record: Record) -> None:
        self._read_on = read_on
        self._record = record
        self._packed: dict[str, RecordedResponse] = {}
        self._lock = asyncio.Lock()
        self._readings = 0

    async def find(self, request_hash: str) -> RecordedResponse | None:
        """The answer to that very request, if there is one."""
        if request_hash not in self._packed:
            await self._catch_up()
        return self._unpacked(request_hash)

    async def keep(self, response: RecordedResponse) -> None:
        """Returns when it is in the log; only then may it be used."""
        await self._record(response)
        self._put(response.request_hash, response)

    def _unpacked(self, request_hash: str) -> RecordedResponse | None:
        packed = self._packed.get(request_hash)
        return None if packed is None else replace(packed, body=zlib.decompress(packed.body))

    async def _catch_up(self) -> None:
        """Reads on, once for all who asked before the reading began."""
        asked = self._readings
        async with self._lock:
            if self._readings > asked:
                return
            self._readings += 1
            for key, response in await asyncio.to_thread(lambda: list(self._read_on())):
                self._put(key, response)

    def _put(self, key: str, response: RecordedResponse | None) -> None:
        if response is None:
            self._packed.pop(key, None)
        else:
            packed = replace(response, body=zlib.compress(response.body, 1))
            self._packed[response.request_hash] = packed


class RecordedOnly(Recordings):
    """What is kept, and no more: what is not, is Unrecorded; nothing is written."""

    def __init__(self, read_on: Callable[[], Iterable[Kept]]) -> None:
        super().__init__(read_on, _nothing)
        self._read = False

    async def find(self, request_hash: str) -> RecordedResponse:
        """Raises Unrecorded."""
        if not self._read:
            # Once: what is written from now on is another's.
            self._read = True
            await self._catch_up()
        found = self._unpacked(request_hash)
        if found is None:
            raise Unrecorded(request_hash)
        return found


async def _nothing(response: RecordedResponse) -> None:
    raise AssertionError(f"a dry run has nothing to record: {response.request_hash}")
