"""How much of what a feed shows goes into the log within an hour: of the feed, and of its family.

An hour is one of the clock, in UTC; what a feed has brought in it is kept in its state, so a restart gives
nothing away. A family's count is what this worker's feeds of it have brought as far as it has polled them:
each worker of several gives a family the whole quota for the feeds that it owns. A first poll has a bound
of its own, for a feed begins with what it has shown for weeks, and counts for neither.
"""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass, replace

from producers.settings import QuotaSettings
from schemas.records import FeedSpec, FeedState

HOUR_MS = 3_600_000
# So that all that rested do not come back in one moment.
SPREAD_MS = 300_000


@dataclass(frozen=True, slots=True)
class Amount:
    """Of new entries, of changed ones, and of dead letters for unreadable ones."""

    new: int = 0
    revisions: int = 0
    letters: int = 0


NOTHING = Amount()


class Quotas:
    """Of one worker. Not for several threads at once."""

    def __init__(self, settings: QuotaSettings) -> None:
        self._settings = settings
        self._hour = 0
        self._of_feed: dict[str, Amount] = {}
        self._new: Counter[str] = Counter()
        self._revisions: Counter[str] = Counter()

    def allowed(self, spec: FeedSpec, state: FeedState, now_ms: int) -> Amount:
        """What the feed may bring now."""
        settings, used = self._settings, _used(state, now_ms)
        self._note(spec, used, now_ms)
        family = family_of(spec)
        new = min(settings.new_per_hour - used.new, settings.family_new_per_hour - self._new[family])
        revisions = min(
            settings.revisions_per_hour - used.revisions,
            settings.family_revisions_per_hour - self._revisions[family],
        )
        return Amount(
            new=settings.first_poll_entries if state.last_success_at is None else max(0, new),
            revisions=max(0, revisions),
            letters=max(0, settings.letters_per_hour - used.letters),
        )

    def after(
        self, spec: FeedSpec, before: FeedState, after: FeedState, brought: Amount, held: Amount, now_ms: int
    ) -> FeedState:
        """``after`` with what the feed has brought in this hour, and with its trouble if something waits.

        What waits has to be looked at again, so the next answer must be the whole document. It is not
        asked for before the next hour where this one has no more room for new entries.
        """
        first, used = before.last_success_at is None, _used(before, now_ms)
        total = Amount(
            new=used.new + (0 if first else brought.new),
            revisions=used.revisions + brought.revisions,
            letters=used.letters + brought.letters,
        )
        self._note(spec, total, now_ms)
        state = replace(
            after,
            quota_hour=now_ms // HOUR_MS,
            new_in_hour=total.new,
            revisions_in_hour=total.revisions,
            letters_in_hour=total.letters,
            held_back=held.new + held.revisions + held.letters,
            trouble=self._told(held),
        )
        if held == NOTHING:
            return state
        state = replace(state, etag=None, last_modified=None, validators_url=None, body_hash=None)
        if held.new and not first:
            spread = zlib.crc32(spec.feed_id.encode()) % SPREAD_MS
            rested = (now_ms // HOUR_MS + 1) * HOUR_MS + spread
            state = replace(state, next_check_at=max(state.next_check_at, rested))
        return state

    def _told(self, held: Amount) -> str:
        settings = self._settings
        said = [
            f"{count} {what} (at most {of_feed} an hour of a feed{family})"
            for count, what, of_feed, family in (
                (
                    held.new,
                    "new entries",
                    settings.new_per_hour,
                    f", {settings.family_new_per_hour} of a family",
                ),
                (
                    held.revisions,
                    "changed entries",
                    settings.revisions_per_hour,
                    f", {settings.family_revisions_per_hour} of a family",
                ),
                (held.letters, "unreadable entries", settings.letters_per_hour, ""),
            )
            if count
        ]
        if not said:
            return ""
        return f"too much at once: {'; '.join(said)} wait for a later poll, as long as the feed shows them"

    def _note(self, spec: FeedSpec, used: Amount, now_ms: int) -> None:
        hour, family = now_ms // HOUR_MS, family_of(spec)
        if hour != self._hour:
            self._hour = hour
            for each in (self._of_feed, self._new, self._revisions):
                each.clear()
        before = self._of_feed.get(spec.feed_id, NOTHING)
        self._of_feed[spec.feed_id] = used
        self._new[family] += used.new - before.new
        self._revisions[family] += used.revisions - before.revisions


def family_of(spec: FeedSpec) -> str:
    """The unit of independence, as an article of the feed names it."""
    return spec.family or spec.publisher or spec.feed_id


def _used(state: FeedState, now_ms: int) -> Amount:
    if state.quota_hour != now_ms // HOUR_MS:
        return NOTHING
    return Amount(state.new_in_hour, state.revisions_in_hour, state.letters_in_hour)
