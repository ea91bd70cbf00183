"""When a feed is asked next, and what a poll's outcome makes of its state. Pure.

The interval follows Miniflux: a week divided by the entries a week brings, within bounds, never
sooner than the server asked. Failures back off; an empty document is no failure; 410 ends a feed;
an answer of "not modified" says nothing new, so it does not mend a feed whose last poll failed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from producers.settings import ScheduleSettings
from schemas.records import FeedState, FeedStatus

WEEK_S = 7 * 86_400.0
HOUR_S = 3_600.0
UNCHANGED_GROWTH = 1.1
MAX_DOUBLINGS = 16


@dataclass(frozen=True, slots=True)
class Read:
    """A document that was read: what the next request needs, and how often entries come."""

    url: str
    permanent_url: str | None
    etag: str | None
    last_modified: str | None
    body_hash: str
    published: Sequence[int]
    new: bool
    server_delay_s: float


@dataclass(frozen=True, slots=True)
class Failed:
    """A poll that brought no readable document; ``gone`` when the server said so for good."""

    reason: str
    server_delay_s: float = 0.0
    gone: bool = False
    body_hash: str | None = None


def first_state(feed_id: str) -> FeedState:
    """Of a feed never polled: due at once."""
    return FeedState(feed_id=feed_id, next_check_at=0)


def is_due(state: FeedState, now_ms: int) -> bool:
    """Whether to ask now; a dead feed never is."""
    return state.status is not FeedStatus.DEAD and state.next_check_at <= now_ms


def after_read(state: FeedState, read: Read, now_ms: int, settings: ScheduleSettings) -> FeedState:
    """A readable document came, with or without entries."""
    interval = interval_s(read.published, now_ms, settings)
    return replace(
        state,
        etag=read.etag,
        last_modified=read.last_modified,
        validators_url=read.url if read.etag or read.last_modified else None,
        body_hash=read.body_hash,
        next_check_at=_next(now_ms, interval, read.server_delay_s, settings),
        interval_s=interval,
        failures=0,
        status=FeedStatus.ACTIVE,
        reason=None,
        redirected_to=read.permanent_url or state.redirected_to,
        last_success_at=now_ms,
        last_new_at=now_ms if read.new else state.last_new_at,
    )


def after_unchanged(
    state: FeedState, server_delay_s: float, now_ms: int, settings: ScheduleSettings
) -> FeedState:
    """304, or the same bytes as last time. A failed feed stays failed: nothing readable came."""
    if state.failures:
        reason = state.reason or "not modified since the poll that failed"
        return after_failure(state, Failed(reason, server_delay_s), now_ms, settings)
    interval = _bounded(state.interval_s * UNCHANGED_GROWTH, settings)
    return replace(
        state,
        next_check_at=_next(now_ms, interval, server_delay_s, settings),
        interval_s=interval,
        status=FeedStatus.ACTIVE,
        last_success_at=now_ms,
    )


def after_failure(state: FeedState, failed: Failed, now_ms: int, settings: ScheduleSettings) -> FeedState:
    """Back off: the interval doubles with each failure in a row. A feed that is gone is not asked again.

    The validators are forgotten, so that the next answer is the whole document and not a "not
    modified" that would hide what failed.
    """
    failures = state.failures + 1
    doubled = (state.interval_s or settings.min_interval_s) * 2.0 ** min(failures, MAX_DOUBLINGS)
    return replace(
        state,
        etag=None,
        last_modified=None,
        validators_url=None,
        body_hash=failed.body_hash or state.body_hash,
        next_check_at=_next(now_ms, _bounded(doubled, settings), failed.server_delay_s, settings),
        failures=failures,
        status=FeedStatus.DEAD if failed.gone else FeedStatus.FAILING,
        reason=failed.reason,
        redirected_to=None if failures >= settings.failures_before_original_url else state.redirected_to,
    )


def interval_s(published: Sequence[int], now_ms: int, settings: ScheduleSettings) -> float:
    """Seconds between polls, from the epoch-ms dates of a document's entries.

    A document may hold less than a week: its rate is taken over the time that it spans. Without
    any date, the geometric mean of the bounds.
    """
    ages = [(now_ms - at) / 1000.0 for at in published]
    recent = [age for age in ages if 0.0 <= age <= WEEK_S]
    if not ages:
        return math.sqrt(settings.min_interval_s * settings.max_interval_s)
    if not recent:
        return settings.max_interval_s
    covered = WEEK_S if len(recent) < len(ages) else max(max(recent), HOUR_S)
    weekly = len(recent) * WEEK_S / covered
    return _bounded(WEEK_S / (weekly * settings.polls_per_entry), settings)


def _bounded(interval: float, settings: ScheduleSettings) -> float:
    return min(max(interval, settings.min_interval_s), settings.max_interval_s)


def _next(now_ms: int, interval: float, server_delay_s: float, settings: ScheduleSettings) -> int:
    asked = min(server_delay_s, settings.max_server_delay_s)
    return now_ms + math.ceil(max(interval, asked) * 1000)
