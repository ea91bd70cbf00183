"""Labelled streams of articles, made from the data sets in ../shared/data/stories.

Sets are split into halves by story, so that no story is in both. Where a set has no usable times,
they are made from hashes of ids: the same stream every time.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flink_jobs.stories.settings import DAY_MS, HOUR_MS
from newswire.labels import load_labels
from schemas.identity import content_hash
from schemas.records import UniqueArticle

DATA = Path(__file__).parents[3] / "shared" / "data" / "stories"
START = 1_700_000_000_000
# The demonstration plays its days in about two minutes.
SAMPLE_SPAN_MS = 120_000
# Longer texts are cut; few feeds carry more.
FEED_CHARACTERS = 2_000


class DataMissing(Exception):
    """The labelled sets are not there; the message says where they are expected."""


@dataclass(frozen=True, slots=True)
class Labelled:
    article: UniqueArticle
    # The story it belongs to, by the set's labels.
    story: str


Stream = list[Labelled]


def share(*parts: str) -> float:
    """A fixed number in 0..1 for a name."""
    return int.from_bytes(hashlib.sha256("\n".join(parts).encode()).digest()[:8], "big") / 2**64


def trained_on(story: str) -> bool:
    """Which half of its set a story is in."""
    return share("half", story) < 0.5


def half(stream: Stream, trained: bool) -> Stream:
    return [labelled for labelled in stream if trained_on(labelled.story) is trained]


def in_order(stream: Stream) -> Stream:
    return sorted(stream, key=lambda each: (each.article.logged_at, each.article.article_id))


def retimed(stream: Stream, at: Callable[[Labelled], float]) -> Stream:
    """The same articles at other logged times (milliseconds after START), in their order."""
    moved = []
    for each in stream:
        time = START + round(at(each))
        moved.append(
            Labelled(replace(each.article, logged_at=time, published_at=time, observed_at=time), each.story)
        )
    return in_order(moved)


def squeezed(stream: Stream, span_ms: float, story_ms: float) -> Stream:
    """Stories begin evenly over a span; each one's articles come within `story_ms` of its beginning."""

    def at(each: Labelled) -> float:
        begin = share("begin", each.story) * span_ms
        return begin + share("delay", each.article.article_id) * story_ms

    return retimed(stream, at)


def allsides_dated() -> Stream:
    """The dated articles of AllSides, each at some hour of its day."""
    stream = []
    for story, documents in _allsides():
        for document in documents:
            if document.get("date"):
                time = _day_ms(document["date"]) + round(share("hour", document["article_id"]) * DAY_MS)
                stream.append(_labelled(document, story, _body(document), time))
    return in_order(stream)


def allsides_squeezed() -> Stream:
    """The same, all years within 14 days: many stories at a time, and each one's articles close together."""
    stream = allsides_dated()
    first, last = stream[0].article.logged_at, stream[-1].article.logged_at
    return retimed(stream, lambda each: (each.article.logged_at - first) / (last - first) * 14 * DAY_MS)


def allsides_excerpts() -> Stream:
    """All articles of AllSides, title and a sentence or two as most feeds have them.

    Many are undated: stories begin anywhere in 14 days, and articles come within a day and a half.
    """
    stream = [
        _labelled(document, story, document.get("excerpt") or "", START)
        for story, documents in _allsides()
        for document in documents
    ]
    return squeezed(stream, 14 * DAY_MS, 1.5 * DAY_MS)


def allsides_bodies() -> Stream:
    """All articles with longer texts, timed as ``allsides_excerpts``."""
    stream = [
        _labelled(document, story, _body(document), START)
        for story, documents in _allsides()
        for document in documents
    ]
    return squeezed(stream, 14 * DAY_MS, 1.5 * DAY_MS)


def uci() -> Stream:
    """Headlines only, large stories; the burst of crawl times is spread over 12 hours."""
    stream = []
    for row in _rows("uci-headlines"):
        document = {"article_id": f"uci-{row['id']}", "title": row["title"], "source": row["hostname"]}
        time = int(row["timestamp"]) + round(share("jitter", row["id"]) * 12 * HOUR_MS)
        stream.append(_labelled(document, row["story"], "", time))
    return in_order(stream)


def basil() -> Stream:
    """Triplets of long articles on one event by three outlets."""
    stream = []
    for row in _rows("basil"):
        sentences = [sentence for paragraph in row["body-paragraphs"] for sentence in paragraph]
        document = {"article_id": row["uuid"], "title": row["title"], "source": row["source"]}
        time = _day_ms(row["date"]) + round(share("hour", row["uuid"]) * DAY_MS)
        stream.append(_labelled(document, row["triplet-uuid"], " ".join(sentences)[:FEED_CHARACTERS], time))
    return in_order(stream)


def newswire_sample() -> Stream:
    """The first wordings of the sample newswire, its days compressed as the demonstration does.

    Never trained on. Labels of several languages may name one story: score within a language.
    """
    units = load_labels().articles()
    first, last = units[0].at, units[-1].at
    stream = []
    for unit in units:
        time = START + round((unit.at - first) / (last - first) * SAMPLE_SPAN_MS)
        outlet = unit.feed.outlet
        document = {"article_id": unit.article_id, "title": unit.title, "source": outlet.name}
        body = unit.text[len(unit.title) + 1 :]
        labelled = _labelled(document, unit.story, body, time)
        stream.append(Labelled(replace(labelled.article, language=unit.language), unit.story))
    return in_order(stream)


def allsides_summarised() -> Iterator[tuple[str, str, list[UniqueArticle]]]:
    """By story: what a person said of it in a few neutral sentences, and its articles with their bodies."""
    for row in _rows("allsides-to-2018"):
        story = row["story_id"]
        articles = [
            _labelled(
                {**each, "article_id": f"{row['story_id']}-{n}"}, row["story_id"], _body(each), START + n
            )
            for n, each in enumerate(row["docs"])
        ]
        yield story, row["neutral_summary"] or "", [each.article for each in articles]


def _allsides() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for row in _rows("allsides-to-2018"):
        # Some articles have no id of their own.
        yield (
            row["story_id"],
            [
                {**document, "article_id": f"{row['story_id']}-{number}"}
                for number, document in enumerate(row["docs"])
            ],
        )


def _rows(name: str) -> Iterator[dict[str, Any]]:
    path = DATA / f"{name}.jsonl.gz"
    if not path.is_file():
        raise DataMissing(f"{path} is missing: the labelled sets are expected beside the checkout")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _body(document: dict[str, Any]) -> str:
    return str(document.get("body") or document.get("excerpt") or "")[:FEED_CHARACTERS]


def _day_ms(date: str) -> int:
    return round(datetime.fromisoformat(date[:10]).replace(tzinfo=UTC).timestamp() * 1000)


def _labelled(document: dict[str, Any], story: str, body: str, time: int) -> Labelled:
    text = f"{document['title']}\n{body}"
    source = str(document.get("source") or "")
    article = UniqueArticle(
        article_id=document["article_id"],
        published_at=time,
        observed_at=time,
        logged_at=time,
        version=1,
        content_hash=content_hash(text),
        publisher=source,
        family=source,
        title=document["title"],
        text=text,
        language="en",
    )
    return Labelled(article, story)
