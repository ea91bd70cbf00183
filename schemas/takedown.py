"""What must no longer be shown, as the log says it: a record of kind TAKEDOWN. Pure.

A takedown names one thing: an article (``article_id``), a publisher (its registrable domain, and every URL
below that, whichever feed shows it) or all under a URL (``url``, a prefix), in whatever spelling
(`schemas.covering`); ``text`` holds the reason. It holds for what was logged before it and for what
comes after it, for ever: there is no record that takes it back.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from schemas import covering
from schemas.identity import article_id_for_url, content_hash
from schemas.records import Article, Kind, Standing

# What the reason of an assignment begins with when a source was taken down.
TAKEN_DOWN = "taken down: "


class Named(Protocol):
    """Whatever says which article it is or speaks of: an article, a story's member, a brief's source."""

    @property
    def article_id(self) -> str: ...

    @property
    def publisher(self) -> str: ...

    @property
    def url(self) -> str: ...


class Said(Named, Protocol):
    """A record of the raw log, before or after deduplication."""

    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Takedown:
    """One of the three is given: the first that is counts."""

    article_id: str = ""
    publisher: str = ""
    url_prefix: str = ""
    reason: str = ""

    @classmethod
    def of(cls, record: Said) -> Takedown:
        """Of a record of kind TAKEDOWN."""
        return cls(record.article_id, record.publisher, record.url, record.text)

    @property
    def key(self) -> str:
        """What it takes down, such as ``publisher/example.org``."""
        if self.article_id:
            return f"article/{self.article_id}"
        return f"publisher/{self.publisher}" if self.publisher else f"url/{self.url_prefix}"

    def covers(self, article: Named) -> bool:
        """Whether an article falls under it."""
        if self.article_id:
            return self.article_id in (article.article_id, *_shown_by(article))
        if self.publisher:
            return article.publisher == self.publisher or _is_below(self.publisher, article)
        return bool(self.url_prefix) and _begins(self.url_prefix, article.url)

    def record(self, at: int, copy: int = 0) -> Article:
        """Its record, said at ``at`` (epoch ms). Each ``copy`` is a record of its own, for what deduplicates
        keeps one of a kind; version 0 tells it from every entry."""
        return Article(
            kind=Kind.TAKEDOWN,
            article_id=self.article_id,
            content_hash=content_hash("\n".join((self.key, self.reason, str(at), str(copy)))),
            publisher=self.publisher,
            url=self.url_prefix,
            text=self.reason,
            observed_at=at,
        )


def _shown_by(article: Named) -> tuple[str, ...]:
    """Of a sighting, the article whose page it shows: it goes with that."""
    sighting = getattr(article, "standing", Standing.UNKNOWN) == Standing.SIGHTING
    return (article_id_for_url(article.url),) if sighting and article.url else ()


class Takedowns:
    """Those known, one of each key: the first that was said. Looking one up is quick by an
    article's id; publishers and URLs are tried one by one."""

    def __init__(self, known: Iterable[Takedown] = ()) -> None:
        self._by_key: dict[str, Takedown] = {}
        self._prefixes: list[str] = []
        self._publishers: list[str] = []
        for each in known:
            self.add(each)

    def __iter__(self) -> Iterator[Takedown]:
        return iter(sorted(self._by_key.values(), key=lambda each: each.key))

    def __len__(self) -> int:
        return len(self._by_key)

    def add(self, takedown: Takedown) -> bool:
        """Whether it is a new one."""
        if takedown.key in self._by_key:
            return False
        self._by_key[takedown.key] = takedown
        if takedown.key.startswith("url/"):
            insort(self._prefixes, takedown.url_prefix)
        if takedown.key.startswith("publisher/"):
            insort(self._publishers, takedown.publisher)
        return True

    def get(self, key: str) -> Takedown | None:
        """By its key."""
        return self._by_key.get(key)

    def of(self, article: Named) -> Takedown | None:
        """The one that an article falls under; of several the article's own, then its publisher's."""
        ids = (article.article_id, *_shown_by(article)) if self._by_key else ()
        found = next(
            (self._by_key[key] for key in map("article/{}".format, ids) if key in self._by_key), None
        )
        if found is None and article.publisher:
            found = self._by_key.get(f"publisher/{article.publisher}")
        if found is not None:
            return found
        for name in self._publishers:
            if _is_below(name, article):
                return self._by_key[f"publisher/{name}"]
        under = next((each for each in self._prefixes if _begins(each, article.url)), None)
        return None if under is None else self._by_key[f"url/{under}"]


def _is_below(publisher: str, article: Named) -> bool:
    known = covering.publisher(publisher)
    return known is not None and (
        covering.matches(known.name, article.publisher) or covering.matches(known.url, article.url)
    )


def _begins(prefix: str, url: str) -> bool:
    # As written too: whatever a takedown in the log covered once, it covers for ever.
    return url.startswith(prefix) or covering.matches(covering.url_pattern(prefix), url)
