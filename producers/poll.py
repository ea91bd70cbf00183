"""One poll of one feed, from request to outcome. Knows nothing of Kafka.

Whatever a feed does, ``Poller.poll`` returns an outcome: a poll never stops the worker.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from language.clean import CLEANING_VERSION
from language.fingerprint import body_hash
from producers.fetch import BodyTooLarge, FetchFailed, Response, Validators, host_of
from producers.logins import Login
from producers.normalise import LETTER_BYTES, Context, normalise
from producers.parse import Document, Unreadable
from producers.quotas import Quotas
from producers.schedule import Failed, Read, after_failure, after_read, after_unchanged
from producers.seen import Memory, dead_document_key
from producers.settings import QuotaSettings, ScheduleSettings, WorkerSettings
from producers.urls import without_userinfo
from schemas.limits import REASON_CHARACTERS
from schemas.records import Article, DeadLetter, FeedSeen, FeedSpec, FeedState
from schemas.strings import sanitised
from telemetry import logs, metrics
from topics.dead_letters import reason_of

LOG = logs.logger("poll")


class Fetches(Protocol):
    """See producers.fetch.Fetcher."""

    async def fetch(self, url: str, validators: Validators, login: Login | None = None) -> Response: ...


class Reads(Protocol):
    """See producers.reading.DocumentReader."""

    async def read(self, body: bytes, url: str, content_type: str) -> Document: ...


@dataclass(frozen=True, slots=True)
class Task:
    """A feed as it stands: what is known of it before the poll."""

    spec: FeedSpec
    state: FeedState
    seen: FeedSeen | None
    login: Login | None = None

    @property
    def url(self) -> str:
        """Where the feed is now."""
        return without_userinfo(self.state.redirected_to or self.spec.url)

    @property
    def anew(self) -> bool:
        """Whether there is an order to read it whole, whatever it was last time."""
        return self.spec.reread != self.state.reread


@dataclass(frozen=True, slots=True)
class Outcome:
    """What belongs into one transaction. ``seen`` None: as it was. ``pause``: leave this host alone
    until that time (epoch ms)."""

    state: FeedState
    seen: FeedSeen | None = None
    articles: tuple[Article, ...] = ()
    dead_letters: tuple[DeadLetter, ...] = ()
    pause: tuple[str, int] | None = None


class HostSlots:
    """So many at once to each host; a host is forgotten when nobody asks it."""

    def __init__(self, per_host: int) -> None:
        self._per_host = per_host
        self._of: dict[str, asyncio.Semaphore] = {}
        self._users: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._of)

    @asynccontextmanager
    async def held(self, host: str) -> AsyncIterator[None]:
        """Waits for a slot of the host."""
        slots = self._of.setdefault(host, asyncio.Semaphore(self._per_host))
        self._users[host] += 1
        try:
            async with slots:
                yield
        finally:
            self._users[host] -= 1
            if not self._users[host]:
                del self._users[host], self._of[host]


class Poller:
    """Polls with bounded concurrency, in all and per host. ``clock_ms`` gives epoch milliseconds."""

    def __init__(
        self,
        fetcher: Fetches,
        reader: Reads,
        worker: WorkerSettings,
        schedule: ScheduleSettings,
        per_host: int,
        clock_ms: Callable[[], int],
        quotas: QuotaSettings | None = None,
    ) -> None:
        self._fetcher = fetcher
        self._reader = reader
        self._worker = worker
        self._schedule = schedule
        self._clock_ms = clock_ms
        self._quotas = Quotas(quotas or QuotaSettings())
        self._reading = asyncio.Lock()
        self._slots = asyncio.Semaphore(worker.concurrency)
        self._hosts = HostSlots(per_host)

    async def poll(self, task: Task) -> Outcome:
        """Asks, reads and normalises. Failures are part of the outcome."""
        # The host's slot first: feeds that wait for a slow host must not use up the others' slots.
        async with self._hosts.held(host_of(task.url)), self._slots:
            try:
                return await self._poll(task)
            except Exception as error:
                LOG.exception("a poll broke; the feed backs off", feed=task.spec.feed_id)
                reason = f"internal error: {type(error).__name__}: {error}"
                return self._failed(task, Failed(reason), "internal")

    async def _poll(self, task: Task) -> Outcome:
        state = task.state
        validators = Validators(state.validators_url, state.etag, state.last_modified)
        if task.anew:
            validators = Validators()
        try:
            response = await self._fetcher.fetch(task.url, validators, task.login)
        except FetchFailed as error:
            failed = Failed(str(error), error.server_delay_s, error.gone)
            return self._failed(task, failed, "failed", pause=error.pause)
        except BodyTooLarge as error:
            return self._unreadable(task, error.url, error.head, "fetch", error)
        if response.body is None:
            return self._unchanged(task, response)
        digest = body_hash(response.body)
        memory = self._memory(task)
        known_dead = memory.get(dead_document_key(digest, task.spec.reread)) is not None
        if digest == state.body_hash and (known_dead or not (state.failures or task.anew)):
            return self._unchanged(task, response)
        try:
            document = await self._reader.read(response.body, response.url, response.content_type)
        except Unreadable as error:
            return self._unreadable(task, response.url, response.body, "parse", error)
        # One at a time, off the loop: a document of thousands of entries must not hold up other polls, and
        # what one feed takes of its family's quota another one must see.
        async with self._reading:
            return await asyncio.to_thread(self._read, task, response, digest, document)

    def _read(self, task: Task, response: Response, digest: str, document: Document) -> Outcome:
        now, memory = self._clock_ms(), self._memory(task)
        context = Context(
            spec=task.spec,
            url=response.url,
            # What a first poll left over is as old as what it brought.
            first_poll=task.state.last_success_at is None or task.state.held_back > 0,
            now_ms=now,
            story_window_ms=round(self._worker.story_window_s * 1000),
            allowed=self._quotas.allowed(task.spec, task.state, now),
        )
        result = normalise(document, memory, context)
        read = Read(
            url=response.url,
            permanent_url=response.permanent_url,
            etag=response.etag,
            last_modified=response.last_modified,
            body_hash=digest,
            published=[each.published_at for each in document.entries if each.published_at is not None],
            new=bool(result.articles),
            server_delay_s=max(response.server_delay_s, document.ttl_s),
        )
        metrics.POLLS.labels(outcome="read").inc()
        followed = replace(task.state, reread=task.spec.reread)
        state = after_read(followed, read, now, self._schedule)
        state = self._quotas.after(task.spec, task.state, state, result.brought, result.held, now)
        if state.trouble and state.trouble != task.state.trouble:
            LOG.warning("a feed brings too much", feed=task.url, trouble=state.trouble)
        for kind in ("new", "revisions", "letters"):
            metrics.HELD_BACK.labels(kind=kind).inc(getattr(result.held, kind))
        return Outcome(state, memory.record(), result.articles, result.dead_letters)

    def _unchanged(self, task: Task, response: Response) -> Outcome:
        memory = self._memory(task)
        memory.show_last_document()
        metrics.POLLS.labels(outcome="unchanged").inc()
        state = after_unchanged(task.state, response.server_delay_s, self._clock_ms(), self._schedule)
        return Outcome(state, memory.record())

    def _unreadable(self, task: Task, url: str, body: bytes, stage: str, error: Exception) -> Outcome:
        """One dead letter for each distinct document, however often it is served."""
        memory, digest = self._memory(task), body_hash(body)
        letters: tuple[DeadLetter, ...] = ()
        if memory.bury(dead_document_key(digest, task.spec.reread)):
            letters = (self._letter(task, url, body, stage, error),)
        failed = Failed(f"{stage}: {error}", body_hash=digest)
        outcome = self._failed(task, failed, "unreadable")
        state = replace(outcome.state, reread=task.spec.reread)
        return Outcome(state, memory.record(), (), letters)

    def _letter(self, task: Task, url: str, body: bytes, stage: str, error: Exception) -> DeadLetter:
        return DeadLetter(
            source=task.spec.feed_id,
            value=body[:LETTER_BYTES],
            url=url,
            stage=stage,
            error=type(error).__name__,
            reason=reason_of(error),
            failed_at=self._clock_ms(),
        )

    def _failed(self, task: Task, failed: Failed, outcome: str, pause: str = "") -> Outcome:
        metrics.POLLS.labels(outcome=outcome).inc()
        now = self._clock_ms()
        failed = replace(failed, reason=sanitised(failed.reason, REASON_CHARACTERS))
        state = after_failure(task.state, failed, now, self._schedule)
        if failed.reason != task.state.reason:
            LOG.info("poll failed", feed=task.url, reason=failed.reason, failures=state.failures)
        return Outcome(state, pause=(pause, state.next_check_at) if pause else None)

    def _memory(self, task: Task) -> Memory:
        retention_ms = round(self._worker.seen_retention_s * 1000)
        return Memory.of(task.spec.feed_id, task.seen, CLEANING_VERSION, self._clock_ms(), retention_ms)
