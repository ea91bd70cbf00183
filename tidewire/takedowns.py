"""What falls under a takedown, as the live lane's topics tell, and which briefs may go from the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from producers.owners import tables
from producers.urls import registrable_domain
from schemas import covering
from schemas.codec import Codec
from schemas.records import Brief, EnrichedArticle, Story, StoryChange
from schemas.takedown import Takedown, Takedowns
from topics.catalogue import ARTICLES_ENRICHED, ARTICLES_RAW, BRIEFS, STORIES, TOPICS
from topics.decoding import latest, records
from topics.lane import Lane
from topics.partitioning import partition_for
from topics.reading import end_offsets, read_range
from topics.settings import BrokerSettings
from topics.takedowns import places, read_takedowns
from topics.writing import Writer

ENDED = (StoryChange.CLOSED, StoryChange.MERGED)


class NoSelector(ValueError):
    """What was given names nothing that can be taken down."""


@dataclass(frozen=True, slots=True)
class Under:
    """``articles``: titles by id. ``stories``: ids of those that hold one, and whether each is open.
    ``copies``: titles of articles known as copies of theirs, which stay. ``briefs``: headlines by id."""

    articles: dict[str, str]
    stories: dict[str, bool]
    briefs: dict[str, str]
    copies: dict[str, str]


def article(article_id: str, reason: str) -> Takedown:
    """Raises NoSelector."""
    return Takedown(article_id=_said(article_id, "an article's id"), reason=_said(reason, "a reason"))


def publishers(said: str, reason: str) -> list[Takedown]:
    """Of a publisher named by a domain, a host or a URL in any spelling: one of its registrable domain, and
    one of each other that its owner has by the producers' tables. Raises NoSelector."""
    text, why = _said(said, "a publisher's domain"), _said(reason, "a reason")
    host = covering.publisher(text)
    # A name that no public suffix ends is one that records have as it is, such as an address.
    domain = registrable_domain(f"http://{host.domain}/") if host else text.lower().rstrip(".")
    if "/" in domain or ":" in domain or " " in domain:
        raise NoSelector(f"{said!r} is no domain: write one such as example.org, as search shows outlets")
    names = tables().names
    owner = names.get(domain)
    others = sorted(each for each, name in names.items() if owner and name == owner and each != domain)
    return [Takedown(publisher=each, reason=why) for each in (domain, *others)]


def prefix(url: str, reason: str) -> Takedown:
    """Of all whose URL begins so, in any spelling. Raises NoSelector."""
    text = _said(url, "the beginning of a URL")
    parts = urlsplit(text)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or not parts.path:
        raise NoSelector(
            f"{url!r} is no beginning of URLs: write the scheme, the whole host and a path, such as "
            "https://example.org/live/, or https://example.org/ for all of a host"
        )
    # Who logs in to read it is no part of what is taken down.
    netloc = parts.netloc.rpartition("@")[2].lower()
    whole = parts._replace(scheme=parts.scheme.lower(), netloc=netloc).geturl()
    return Takedown(url_prefix=whole, reason=_said(reason, "a reason"))


def under(
    takedown: Takedown, articles: Iterable[EnrichedArticle], stories: Iterable[Story], briefs: Iterable[Brief]
) -> Under:
    """Of records in the order of the log."""
    titles: dict[str, str] = {}
    copied: dict[str, tuple[str, str]] = {}
    for each in articles:
        if takedown.covers(each):
            titles[each.article_id] = each.title
        elif each.duplicate_of is not None:
            copied[each.article_id] = (each.duplicate_of, each.title)
    holding: dict[str, bool] = {}
    for story in stories:
        if story.story_id in holding or any(map(takedown.covers, story.articles)):
            holding[story.story_id] = story.change not in ENDED
    return Under(
        articles=titles,
        stories=holding,
        briefs={b.brief_id: b.headline for b in briefs if any(map(takedown.covers, b.provenance.sources))},
        copies={name: title for name, (original, title) in copied.items() if original in titles},
    )


def read(settings: BrokerSettings, codec: Codec, takedown: Takedown) -> Under:
    """From the live lane's topics."""
    return under(
        takedown,
        records(settings, codec, ARTICLES_ENRICHED, EnrichedArticle),
        records(settings, codec, STORIES, Story),
        records(settings, codec, BRIEFS, Brief),
    )


def is_logged(settings: BrokerSettings, article_id: str) -> bool:
    """Whether the raw log holds an article, be it that no job has come to it yet."""
    ((partition, key),) = places(Takedown(article_id=article_id))
    ends = end_offsets(settings, ARTICLES_RAW)
    # A range names all partitions: the others get an empty one.
    starts = {each: 0 if each == partition else end for each, end in ends.items()}
    return any(each.key == key.encode() for each in read_range(settings, ARTICLES_RAW, starts, ends))


def unknown(settings: BrokerSettings, codec: Codec, article_id: str) -> NoSelector:
    """Why an id that no article has is refused."""
    stories = {each.story_id: each for each in records(settings, codec, STORIES, Story)}
    if article_id in stories:
        held = ", ".join(each.article_id for each in stories[article_id].articles) or "none any more"
        return NoSelector(f"{article_id} is a story; take down its articles one by one: {held}")
    for brief in records(settings, codec, BRIEFS, Brief):
        if brief.brief_id == article_id:
            cited = ", ".join(dict.fromkeys(each.article_id for each in brief.provenance.sources)) or "none"
            return NoSelector(f"{article_id} is a brief; take down an article that it rests on: {cited}")
    return NoSelector(
        f"the log holds no article {article_id}: `./tw search --kind article` prints ids. A takedown "
        "holds for ever; for an article that is still to come, give --anyway"
    )


def purgeable(takedowns: Takedowns, stories: Iterable[Story], briefs: Iterable[Brief]) -> list[Brief]:
    """Briefs on what was taken down that no agent needs any more; of one lane, in the order of its log.

    The last one of a story that is open stays: the brief that will supersede it is written beside it.
    """
    known = {each.brief_id: each for each in briefs}
    last: dict[tuple[str, str], int] = {}
    for each in known.values():
        place = each.story_id, each.desk
        last[place] = max(last.get(place, 0), each.story_revision)
    is_open = {story.story_id: story.change not in ENDED for story in stories}
    return [
        each
        for each in known.values()
        if any(map(takedowns.of, each.provenance.sources))
        and (each.story_revision < last[each.story_id, each.desk] or not is_open.get(each.story_id, False))
    ]


def purge(settings: BrokerSettings, codec: Codec, lane: Lane) -> int:
    """Drops those of a lane from its log, for its broker to compact; how many there were."""
    topic = lane.topic(BRIEFS)
    found = purgeable(
        read_takedowns(settings, codec),
        records(settings, codec, lane.topic(STORIES), Story),
        latest(settings, codec, topic, Brief).values(),
    )
    writer = Writer(settings, codec)
    for each in found:
        # A story's briefs share its partition.
        writer.forget(topic, each.brief_id, partition_for(each.story_id.encode(), TOPICS[BRIEFS].partitions))
    writer.flush()
    return len(found)


def _said(text: str, what: str) -> str:
    """On one line."""
    stripped = " ".join(text.split())
    if not stripped:
        raise NoSelector(f"{what} is needed, and was empty")
    return stripped
