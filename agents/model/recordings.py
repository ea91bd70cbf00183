"""What was ever answered and is still kept, by request hash: models' answers and tools' results."""

from __future__ import annotations

import asyncio
import pickle
import zlib
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import replace

from agents.spool import Spool
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

    def read_on(self) -> Iterator[Kept]:
        """What was written since the last call, to the ends as of this one; to be read to its end."""
        ends = end_offsets(self._broker, AGENTS_RESPONSES)
        if ends == self._next:
            return
        for each in read_range(self._broker, AGENTS_RESPONSES, start=self._next, end=ends):
            key = (each.key or b"").decode(errors="replace")
            try:
                response = self._codec.decode(each.value, RecordedResponse) if each.value else None
            except Undecodable as error:
                log.warning("undecodable response", place=each.place, error=str(error))
                continue
            yield key, response
        self._next = ends


class Unrecorded(LookupError):
    """A request or a tool that would have to be asked."""


class Recordings:
    """``read_on`` gives what others have recorded, blocking; ``record`` writes one to the log.

    A hash that is not known is looked for at the log's end before anyone pays: another worker may have
    had this assignment before. All that is kept is held, packed and on disk: its number is bounded by how
    long the topic keeps it, and what it takes in memory by that number alone.
    """

    def __init__(self, read_on: Callable[[], Iterable[Kept]], record: Record) -> None:
        self._read_on = read_on
        self._record = record
        self._packed = Spool()
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
        if packed is None:
            return None
        # Written by this process, in a file that no other can open.
        response: RecordedResponse = pickle.loads(packed)
        return replace(response, body=zlib.decompress(response.body))

    async def _catch_up(self) -> None:
        """Reads on, once for all who asked before the reading began."""
        asked = self._readings
        async with self._lock:
            if self._readings > asked:
                return
            self._readings += 1
            await asyncio.to_thread(self._take_all)

    def _take_all(self) -> None:
        for key, response in self._read_on():
            self._put(key, response)

    def _put(self, key: str, response: RecordedResponse | None) -> None:
        if response is None:
            self._packed.drop(key)
        else:
            packed = replace(response, body=zlib.compress(response.body, 1))
            self._packed.put(response.request_hash, pickle.dumps(packed))


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
