"""The feeds of the partitions that a worker owns: what is committed, what is pending, what is due. Pure.

A lease stands for one stretch of owning a partition with nothing rolled back. What was started
under a lease counts only while that lease holds: after a rollback or a change of owner the outcome
of a poll that is still under way rests on a state that never was.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

from producers.fetch import host_of
from producers.schedule import first_state
from schemas.records import FeedSpec, FeedState, FeedStatus


@dataclass(frozen=True, slots=True)
class Kept:
    """A feed's state, and its memory as it is in the log."""

    state: FeedState
    seen: bytes | None


@dataclass(frozen=True, slots=True)
class Due:
    """A feed to poll now, and the lease under which."""

    partition: int
    lease: int
    spec: FeedSpec
    kept: Kept


@dataclass(slots=True)
class _Partition:
    lease: int
    restored: bool = False
    caught_up: bool = False
    specs: dict[str, FeedSpec] = field(default_factory=dict)
    base: dict[str, Kept] = field(default_factory=dict)
    pending: dict[str, Kept] = field(default_factory=dict)
    in_flight: set[str] = field(default_factory=set)
    # The one place of each feed in the agenda that counts.
    planned: dict[str, int] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        return self.restored and self.caught_up


class Holdings:
    """All times in epoch ms. A partition's feeds are polled once its state is restored and its part of
    the catalogue has been read to the end."""

    def __init__(self) -> None:
        self._partitions: dict[int, _Partition] = {}
        self._leases = itertools.count(1)
        self._agenda: list[tuple[int, int, int, str]] = []
        self._places = itertools.count(1)
        self._paused: dict[str, int] = {}

    @property
    def owned(self) -> tuple[int, ...]:
        """The partitions, in order."""
        return tuple(sorted(self._partitions))

    @property
    def feeds(self) -> int:
        """How many feeds are held."""
        return sum(len(held.specs) for held in self._partitions.values())

    def is_ready(self, partition: int) -> bool:
        """Whether its feeds may be polled."""
        held = self._partitions.get(partition)
        return held is not None and held.ready

    def lease_of(self, partition: int) -> int | None:
        """The lease under which it is owned now."""
        held = self._partitions.get(partition)
        return held.lease if held is not None else None

    def assign(self, partition: int) -> None:
        """It is ours, with nothing known yet."""
        self._partitions[partition] = _Partition(next(self._leases))

    def drop(self, partition: int) -> None:
        """It is not ours any more."""
        self._partitions.pop(partition, None)

    def put_spec(self, partition: int, feed_id: str, spec: FeedSpec | None) -> None:
        """The catalogue says so now; None when the feed was taken out of it."""
        held = self._partitions.get(partition)
        if held is None:
            return
        if spec is None:
            held.specs.pop(feed_id, None)
        else:
            held.specs[feed_id] = spec
            if held.ready and feed_id not in held.in_flight:
                self._plan(partition, held, feed_id)

    def catch_up(self, partition: int) -> None:
        """The catalogue has been read to the end."""
        held = self._partitions.get(partition)
        if held is not None and not held.caught_up:
            held.caught_up = True
            self._plan_all(partition, held)

    def restore(self, partition: int, lease: int, base: Mapping[str, Kept]) -> bool:
        """What the log holds; False when the lease is over, or was restored before: what has been
        committed since then is not in ``base``."""
        held = self._partitions.get(partition)
        if held is None or held.lease != lease or held.restored:
            return False
        held.base = dict(base)
        held.restored = True
        self._plan_all(partition, held)
        return True

    def due(self, now_ms: int, limit: int) -> list[Due]:
        """Feeds to poll now, longest due first, each once until it is settled."""
        found: list[Due] = []
        while self._agenda and len(found) < limit and self._agenda[0][0] <= now_ms:
            _, place, partition, feed_id = heapq.heappop(self._agenda)
            held = self._partitions.get(partition)
            spec = held.specs.get(feed_id) if held is not None else None
            if held is None or spec is None or held.planned.get(feed_id) != place:
                continue
            kept = self._kept(held, feed_id)
            wait = max(self._due_at(spec, kept.state), kept.state.next_check_at)
            if wait > now_ms:
                self._push(wait, partition, held, feed_id)
            elif spec.active and kept.state.status is not FeedStatus.DEAD:
                held.in_flight.add(feed_id)
                found.append(Due(partition, held.lease, spec, kept))
        return found

    def holds(self, due: Due) -> bool:
        """Whether the lease of a poll still stands, so that its outcome counts."""
        held = self._partitions.get(due.partition)
        return held is not None and held.lease == due.lease

    def settle(self, due: Due, state: FeedState, seen: bytes | None) -> None:
        """A poll's outcome is in the open transaction; ``seen`` None leaves it as it was."""
        held = self._partitions[due.partition]
        held.in_flight.discard(state.feed_id)
        held.pending[state.feed_id] = Kept(state, due.kept.seen if seen is None else seen)
        self._plan(due.partition, held, state.feed_id)

    def pause(self, host: str, until_ms: int, now_ms: int) -> None:
        """Leaves a host alone; those whose pause is over are forgotten."""
        self._paused = {each: until for each, until in self._paused.items() if until > now_ms}
        self._paused[host] = max(until_ms, self._paused.get(host, 0))

    def committed(self) -> None:
        """What was pending is in the log."""
        for held in self._partitions.values():
            held.base.update(held.pending)
            held.pending.clear()

    def rolled_back(self) -> None:
        """What was pending never was; polls under way rest on it and do not count."""
        for partition, held in self._partitions.items():
            self._renew(held)
            self._plan_all(partition, held)

    def forget(self) -> None:
        """Nobody knows what is in the log: every partition has to be restored."""
        for held in self._partitions.values():
            self._renew(held)
            held.restored = False
            held.base.clear()

    def unrestored(self) -> dict[int, int]:
        """Partitions that have no state yet, with their leases."""
        return {p: held.lease for p, held in self._partitions.items() if not held.restored}

    def _renew(self, held: _Partition) -> None:
        held.lease = next(self._leases)
        held.pending.clear()
        held.in_flight.clear()
        held.planned.clear()

    def _kept(self, held: _Partition, feed_id: str) -> Kept:
        kept = held.pending.get(feed_id) or held.base.get(feed_id)
        return kept or Kept(first_state(feed_id), None)

    def _due_at(self, spec: FeedSpec, state: FeedState) -> int:
        return self._paused.get(host_of(state.redirected_to or spec.url), 0) if self._paused else 0

    def _plan_all(self, partition: int, held: _Partition) -> None:
        if held.ready:
            for feed_id in held.specs:
                self._plan(partition, held, feed_id)

    def _plan(self, partition: int, held: _Partition, feed_id: str) -> None:
        self._push(self._kept(held, feed_id).state.next_check_at, partition, held, feed_id)

    def _push(self, at: int, partition: int, held: _Partition, feed_id: str) -> None:
        place = next(self._places)
        held.planned[feed_id] = place
        heapq.heappush(self._agenda, (at, place, partition, feed_id))
