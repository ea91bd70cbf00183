"""Parsed entries to articles: ids, versions, citable text, and what cannot be used. Pure.

Rules of identity are those of docs/architecture: the id is decided when a feed first shows an
entry and kept in its memory, for as long as the feed may speak for the entry's URL, or may not, as it
could then; a version counts the changes that this feed made to this entry.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace

from language.clean import citable_text
from language.detect import declared, detect
from language.fingerprint import trace_id
from producers.authority import standing
from producers.parse import Document, Entry
from producers.quotas import NOTHING, Amount
from producers.seen import UNKNOWN, Memory, dead_entry_key, entry_key
from producers.urls import canonical_url, is_site_root, without_userinfo
from schemas.identity import (
    article_id_for_entry,
    article_id_for_url,
    content_hash,
    short_hash,
    uuid_bytes,
    uuid_text,
)
from schemas.records import Article, DeadLetter, FeedSpec, Kind, SeenEntry, Standing

MAX_TEXT_CHARS = 150_000
LETTER_BYTES = 64 * 1024
UNDATED = float("inf")
UNLIMITED = Amount(sys.maxsize, sys.maxsize, sys.maxsize)


@dataclass(frozen=True, slots=True)
class Context:
    """The poll around a document; times in epoch ms."""

    spec: FeedSpec
    url: str
    first_poll: bool
    now_ms: int
    story_window_ms: int
    allowed: Amount = UNLIMITED


@dataclass(frozen=True, slots=True)
class Normalised:
    """What a document brought that is new, oldest first."""

    articles: tuple[Article, ...]
    dead_letters: tuple[DeadLetter, ...]
    brought: Amount = field(default=NOTHING, compare=False)
    # Left as if it had not been shown, or not been changed: it comes with a later poll.
    held: Amount = NOTHING


@dataclass(frozen=True, slots=True)
class _Candidate:
    entry: Entry
    url: str
    text: str
    key: bytes
    # What stands for the entry in an id that is not its URL's.
    name: str
    standing: Standing

    @property
    def order(self) -> tuple[float, int]:
        published = self.entry.published_at
        return (UNDATED if published is None else published, -self.entry.position)


def normalise(document: Document, memory: Memory, context: Context) -> Normalised:
    """New and changed entries as articles, unreadable ones as dead letters; ``memory`` is updated.

    Articles come oldest first: by the date the feed gave, undated ones last, and among equals
    from the bottom of the document up, so that the log's order can be reproduced.
    """
    readable: list[Entry] = []
    dead_letters: list[DeadLetter] = []
    letters_held, reread = 0, context.spec.reread
    for said in document.entries:
        entry = replace(said, guid=without_userinfo(said.guid), url=without_userinfo(said.url))
        problem = _problem(entry)
        if problem is None:
            readable.append(entry)
        elif len(dead_letters) == context.allowed.letters and memory.get(_dead_key(entry, reread)) is None:
            letters_held += 1
        elif memory.bury(_dead_key(entry, reread)):
            dead_letters.append(_dead_letter(entry, problem, context))
    candidates = sorted(_one_per_key(_candidates(readable, context.spec)), key=lambda each: each.order)
    new_held, revisions_held = _held_back(candidates, memory, context.allowed)
    articles, new = [], 0
    for candidate in candidates:
        if candidate.key in new_held:
            continue
        if candidate.key in revisions_held:
            memory.show(revisions_held[candidate.key])
            continue
        entry_seen = _recognised(candidate, memory, context)
        if entry_seen is not None:
            memory.keep(entry_seen)
            articles.append(_article(candidate, entry_seen, document, context))
            new += entry_seen.version == 1
    return Normalised(
        tuple(articles),
        tuple(dead_letters),
        brought=Amount(new, len(articles) - new, len(dead_letters)),
        held=Amount(len(new_held), len(revisions_held), letters_held),
    )


def _held_back(
    candidates: Sequence[_Candidate], memory: Memory, allowed: Amount
) -> tuple[set[bytes], dict[bytes, bytes]]:
    """The keys of new entries beyond what is allowed, and those of changed ones with the keys that the
    memory has for them. The newest go first: news ages, and who brings too much for long would otherwise
    only ever bring what is old."""
    new: list[bytes] = []
    changed: list[tuple[bytes, bytes]] = []
    for candidate in reversed(candidates):
        seen = _seen(candidate, short_hash(candidate.text), memory)
        if seen is None:
            new.append(candidate.key)
        elif seen.content_hash not in (UNKNOWN, short_hash(candidate.text)):
            changed.append((candidate.key, seen.guid_hash))
    return set(new[allowed.new :]), dict(changed[allowed.revisions :])


def _problem(entry: Entry) -> str | None:
    if not entry.title and not entry.body:
        return "an entry with neither title nor text"
    length = len(entry.title) + 1 + len(entry.body)
    if length > MAX_TEXT_CHARS:
        return f"an entry of {length} characters, more than the {MAX_TEXT_CHARS} that are kept"
    return None


def _candidates(entries: Iterable[Entry], spec: FeedSpec) -> list[_Candidate]:
    """Gives every entry its key.

    A guid counts if it is the entry's own and not one that the document gives to several URLs.
    Failing that the URL, if no other entry here has it; failing that the text.
    """
    located = [(entry, canonical_url(entry.url) if entry.page is None else entry.page) for entry in entries]
    urls_of_guid: dict[str, set[str]] = {}
    entries_of_url = Counter(url for _, url in located)
    for entry, url in located:
        urls_of_guid.setdefault(entry.guid, set()).add(url)
    candidates = []
    for entry, url in located:
        text = citable_text(entry.title, entry.body)
        own_guid = entry.guid and len(urls_of_guid[entry.guid]) == 1
        own_url = url and entries_of_url[url] == 1 and not is_site_root(url)
        name = entry.guid if own_guid else content_hash(text)
        key = entry_key(name if own_guid or not own_url else url)
        candidates.append(_Candidate(entry, url, text, key, name, standing(spec, url)))
    return candidates


def _one_per_key(candidates: list[_Candidate]) -> list[_Candidate]:
    """A document may hold an entry twice: the latest counts, and the upper one among equals."""
    chosen: dict[bytes, _Candidate] = {}
    for candidate in candidates:
        rival = chosen.get(candidate.key)
        if rival is None or (candidate.entry.published_at or 0) > (rival.entry.published_at or 0):
            chosen[candidate.key] = candidate
    return list(chosen.values())


def _recognised(candidate: _Candidate, memory: Memory, context: Context) -> SeenEntry | None:
    """The memory's new line for a new or changed entry; None for one that is as it was."""
    hash8 = short_hash(candidate.text)
    seen = _seen(candidate, hash8, memory)
    if seen is not None and seen.content_hash == UNKNOWN:
        memory.adopt(seen.guid_hash, hash8)
    if seen is not None and seen.content_hash in (UNKNOWN, hash8):
        memory.show(seen.guid_hash)
        return None
    if seen is not None and _may_keep(seen, candidate, context.spec.feed_id):
        return replace(
            seen,
            content_hash=hash8,
            version=seen.version + 1,
            last_shown=context.now_ms,
            standing=candidate.standing,
        )
    key = candidate.key if seen is None else seen.guid_hash
    return SeenEntry(
        guid_hash=key,
        article_id=_new_id(candidate, key, memory, context.spec.feed_id),
        content_hash=hash8,
        version=1,
        last_shown=context.now_ms,
        standing=candidate.standing,
    )


def _may_keep(seen: SeenEntry, candidate: _Candidate, feed_id: str) -> bool:
    """Whether a changed entry keeps its id: as long as its feed speaks for it, or does not, as it did.

    Of an id from before that was asked, only what it is made of tells whose it is.
    """
    if seen.standing is not Standing.UNKNOWN:
        return seen.standing is candidate.standing
    own = {article_id_for_entry(feed_id, name) for name in (candidate.entry.guid, candidate.name)}
    if candidate.standing is Standing.OWN and candidate.url:
        own.add(article_id_for_url(candidate.url))
    return uuid_text(seen.article_id) in own


def _seen(candidate: _Candidate, hash8: bytes, memory: Memory) -> SeenEntry | None:
    seen = memory.get(candidate.key)
    if seen is None or seen.content_hash != hash8:
        return _under_another_key(candidate, hash8, memory) or seen
    return seen


def _under_another_key(candidate: _Candidate, hash8: bytes, memory: Memory) -> SeenEntry | None:
    """The same text, known under a key that the entry had when it shared less, or more, with others."""
    for name in (candidate.entry.guid, candidate.url, content_hash(candidate.text)):
        seen = memory.get(entry_key(name)) if name else None
        if seen is not None and seen.content_hash == hash8:
            return seen
    return None


def _new_id(candidate: _Candidate, key: bytes, memory: Memory, feed_id: str) -> bytes:
    """By the URL, unless it is the site's root or another entry of the feed was first to have it.

    By the URL alone if the feed may speak for it; otherwise of this feed's showing it.
    """
    if candidate.url and not is_site_root(candidate.url):
        own = candidate.standing is Standing.OWN
        by_url = article_id_for_url(candidate.url) if own else article_id_for_entry(feed_id, candidate.url)
        if not memory.has_other(key, uuid_bytes(by_url)):
            return uuid_bytes(by_url)
    return uuid_bytes(article_id_for_entry(feed_id, candidate.name))


def _article(candidate: _Candidate, seen: SeenEntry, document: Document, context: Context) -> Article:
    entry, spec = candidate.entry, context.spec
    article_id, hash_ = uuid_text(seen.article_id), content_hash(candidate.text)
    published = entry.published_at
    old = published is not None and published < context.now_ms - context.story_window_ms
    return Article(
        kind=Kind.ENTRY,
        article_id=article_id,
        version=seen.version,
        content_hash=hash_,
        feed_id=spec.feed_id,
        publisher=spec.publisher,
        family=spec.family or spec.publisher,
        country=spec.country,
        reliability=spec.reliability,
        url=candidate.url,
        standing=candidate.standing,
        title=entry.title,
        text=candidate.text,
        authors=entry.authors,
        language=declared(spec.language) or document.language or detect(candidate.text),
        published_at=published,
        observed_at=context.now_ms,
        backfill=context.first_poll and old,
        categories=entry.categories,
        desk=spec.desk,
        rights=spec.rights,
        trace_id=trace_id(spec.feed_id, article_id, str(seen.version), hash_),
    )


def _dead_key(entry: Entry, reread: int) -> bytes:
    return dead_entry_key("\n".join((entry.guid, entry.url, entry.title, entry.body)), reread)


def _dead_letter(entry: Entry, problem: str, context: Context) -> DeadLetter:
    return DeadLetter(
        source=context.spec.feed_id,
        value=_as_json(entry).encode()[:LETTER_BYTES],
        url=entry.url or context.url,
        stage="normalise",
        error="UnreadableEntry",
        reason=problem,
        failed_at=context.now_ms,
    )


def _as_json(entry: Entry) -> str:
    return json.dumps(asdict(entry), ensure_ascii=False, sort_keys=True)
