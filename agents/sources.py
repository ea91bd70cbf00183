"""Which members of a story count as its sources, and how independent they are of each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from agents.checks.prose import orders
from agents.checks.reasons import Reason
from agents.checks.setting import Origin, SourceKey, source_key
from schemas.records import Contradiction, Statement, Story, StoryArticle


@dataclass(frozen=True, slots=True)
class Sources:
    """A story's members, sorted into what can be quoted and what cannot; each in logged order."""

    # Texts of their own, the latest version of each.
    originals: tuple[StoryArticle, ...]
    # Near-copies of another member's text: they confirm nothing.
    copies: tuple[StoryArticle, ...]
    # Not quoted at all, and why.
    refused: tuple[tuple[StoryArticle, Reason], ...]

    @property
    def families(self) -> tuple[str, ...]:
        """Owners with a text of their own, in order of appearance."""
        return tuple(dict.fromkeys(family(article) for article in self.originals))

    @property
    def texts(self) -> dict[SourceKey, str]:
        """What may be quoted."""
        return {source_key(article): article.excerpt for article in self.originals}

    @property
    def origins(self) -> dict[SourceKey, Origin]:
        """Of each text that may be quoted, where it comes from."""
        return {
            source_key(article): Origin(
                article.language, family(article), article.publisher or "", article.published_at
            )
            for article in self.originals
        }

    @property
    def language(self) -> str:
        """The language most families write in; English, then the alphabet, breaks ties."""
        spoken = {(family(article), article.language) for article in self.originals}
        counts = Counter(language for _, language in spoken)
        return min(counts, key=lambda each: (-counts[each], each != "en", each), default="en")


def family(article: StoryArticle) -> str:
    """The unit of independence: the owner, or as much of it as is known."""
    return article.family or article.publisher or article.article_id


def moved_by(story: Story) -> str:
    """The owner of the article that came last: it is its doing that there is something to write."""
    last = max(story.articles, key=lambda a: (a.logged_at, a.published_at, *source_key(a)), default=None)
    return family(last) if last is not None else ""


def cited(said: Iterable[Statement | Contradiction]) -> set[SourceKey]:
    """Texts that statements or contradictions quote."""
    return {source_key(citation) for each in said for citation in each.citations}


def sources_of(story: Story) -> Sources:
    """Sorts a story's members. A copy stands in for its original when that is not among them."""
    originals: list[StoryArticle] = []
    copies: list[StoryArticle] = []
    refused: list[tuple[StoryArticle, Reason]] = []
    current = _current(story.articles)
    present = {article.article_id for article in current if article.duplicate_of is None}
    for article in current:
        if article.duplicate_of is not None and article.duplicate_of in present:
            copies.append(article)
        elif orders(article.title) or orders(article.excerpt):
            refused.append((article, Reason.INSTRUCTION))
        else:
            present.add(article.duplicate_of or article.article_id)
            originals.append(article)
    return Sources(tuple(originals), tuple(copies), tuple(refused))


def _current(articles: Iterable[StoryArticle]) -> list[StoryArticle]:
    """The latest version of each entry; another family's wording of the same entry is a text of its own."""
    latest: dict[tuple[str, str], StoryArticle] = {}
    for article in articles:
        place = (article.article_id, family(article))
        known = latest.get(place)
        if known is None or _age(known) < _age(article):
            latest[place] = article
    return sorted(latest.values(), key=lambda a: (a.logged_at, a.published_at, *source_key(a)))


def _age(article: StoryArticle) -> tuple[int, int, int, str]:
    return article.revision, article.version, article.logged_at, article.content_hash
