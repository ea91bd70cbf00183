"""The catalogue in the log: writing feeds to it, and what it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from schemas.codec import Codec
from schemas.records import FeedSpec
from topics.catalogue import FEEDS_CATALOG
from topics.decoding import latest
from topics.settings import BrokerSettings
from topics.writing import Writer


def publish(settings: BrokerSettings, codec: Codec, feeds: Iterable[FeedSpec]) -> int:
    """Writes feeds, each replacing what the catalogue held under its id but for orders to read it anew; how
    many.

    Raises topics.writing.WriteFailed when the broker does not take them.
    """
    before = latest(settings, codec, FEEDS_CATALOG, FeedSpec)
    writer = Writer(settings, codec)
    count = 0
    for feed in feeds:
        known = before.get(feed.feed_id, feed)
        writer.send(FEEDS_CATALOG, feed.feed_id, replace(feed, reread=max(feed.reread, known.reread)))
        count += 1
    writer.flush()
    return count


def listed(settings: BrokerSettings, codec: Codec) -> list[FeedSpec]:
    """Every feed of the catalogue, by publisher and URL."""
    found = latest(settings, codec, FEEDS_CATALOG, FeedSpec).values()
    return sorted(found, key=lambda feed: (feed.publisher, feed.url))
