"""The catalogue in the log: writing feeds to it, and what it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from producers.catalogue.admission import admitted
from schemas.codec import Codec
from schemas.records import FeedSpec
from topics.catalogue import FEEDS_CATALOG
from topics.decoding import latest
from topics.settings import BrokerSettings
from topics.writing import Writer


def publish(
    settings: BrokerSettings, codec: Codec, feeds: Iterable[FeedSpec], retired: Iterable[str] = ()
) -> int:
    """Writes feeds, each replacing what the catalogue held under its id but for orders to read it anew; how
    many. What it holds under ``retired`` ids is taken out.

    Raises topics.writing.WriteFailed when the broker does not take them.
    """
    before = latest(settings, codec, FEEDS_CATALOG, FeedSpec)
    writer = Writer(settings, codec)
    for gone in retired:
        if before.pop(gone, None) is not None:
            writer.forget(FEEDS_CATALOG, gone)
    given = {}
    for feed in feeds:
        known = before.get(feed.feed_id, feed)
        given[feed.feed_id] = replace(feed, reread=max(feed.reread, known.reread))
    for feed in with_domains({**before, **given}.values()):
        # Feeds whose family has got another publisher are written anew, too.
        if feed.feed_id in given or feed != before[feed.feed_id]:
            writer.send(FEEDS_CATALOG, feed.feed_id, feed)
    writer.flush()
    return len(given)


def with_domains(feeds: Iterable[FeedSpec]) -> list[FeedSpec]:
    """Each with the publishers of its family in the whole catalogue: one owner, by the operator's word."""
    listed_feeds = list(feeds)
    publishers: dict[str, set[str]] = {}
    for feed in listed_feeds:
        if feed.family and feed.publisher:
            publishers.setdefault(feed.family, set()).add(feed.publisher)
    return [
        replace(feed, domains=tuple(sorted(publishers.get(feed.family, set()) - {feed.publisher})))
        for feed in listed_feeds
    ]


def listed(settings: BrokerSettings, codec: Codec) -> list[FeedSpec]:
    """Every feed of the catalogue, by publisher and URL."""
    found = [admitted(feed)[0] for feed in latest(settings, codec, FEEDS_CATALOG, FeedSpec).values()]
    return sorted(found, key=lambda feed: (feed.publisher, feed.url))
