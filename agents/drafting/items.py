"""A story's sources as a model sees them: opaque ids, the sentences that report something, marked off.

What is hidden, gives orders, or has nothing to do with the story is never shown. Whatever is quoted is looked
up in the source's own text, and must lie within what was shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agents.checks.setting import source_key
from agents.relevance import Relevance, relevance
from agents.sources import Sources, family
from agents.work import Work
from language.moment import moment
from language.reading import quotes
from language.reading.sentences import Sentence, sentences
from schemas.identity import hash_of
from schemas.records import Citation, StoryArticle

AT_MOST = 12
NONCE = 16


@dataclass(frozen=True, slots=True)
class Item:
    """A source under the id that a model knows it by."""

    ident: str
    article: StoryArticle
    shown: tuple[Sentence, ...]
    withheld: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """What is shown, a sentence a line."""
        return "\n".join(sentence.text for sentence in self.shown)

    def cite(self, quote: str) -> Citation | None:
        """The citation of words that were shown; None if they stand nowhere in it."""
        place = quotes.find(quote, self.article.excerpt)
        if place is None or any(place[0] < s.end and s.start < place[1] for s in self.withheld):
            return None
        article_id, version, content_hash = source_key(self.article)
        return Citation(
            article_id=article_id,
            version=version,
            content_hash=content_hash,
            quote=self.article.excerpt[slice(*place)],
            start=place[0],
            end=place[1],
        )


def items_of(sources: Sources) -> tuple[Item, ...]:
    """The sources in logged order, at most twelve: the newest text of each family before second ones."""
    ranked = sorted(enumerate(sources.originals), key=lambda each: _rank(each[0], sources.originals))
    chosen = sorted(n for n, _ in ranked[:AT_MOST])
    about = relevance(sources)
    made = (_item(f"s{n}", sources.originals[index], about) for n, index in enumerate(chosen, 1))
    return tuple(item for item in made if item.shown)


def nonce_of(work: Work) -> str:
    """Marks off a work's material. A function of all of it, so that no single source can foresee it, and
    the same in a replay."""
    texts = [article.content_hash for article in work.story.articles]
    return hash_of([work.story.story_id, work.assignment.assigned_at, *texts])[:NONCE]


def material(items: Iterable[Item], nonce: str) -> str:
    """The items with their texts."""
    return "\n\n".join(f"<source-{nonce} {_facts(item)}>\n{item.text}\n</source-{nonce}>" for item in items)


def metadata(items: Iterable[Item], nonce: str) -> str:
    """The items without their texts: who reports, when, in which language, and how much."""
    listed = "\n".join(f"{_facts(item)} sentences={len(item.shown)}" for item in items)
    return f"<sources-{nonce}>\n{listed}\n</sources-{nonce}>"


def _rank(index: int, articles: Sequence[StoryArticle]) -> tuple[int, int]:
    article = articles[index]
    later = sum(family(each) == family(article) for each in articles[index + 1 :])
    return later, -index


def _item(ident: str, article: StoryArticle, about: Relevance) -> Item:
    whole = sentences(article.excerpt, article.language)
    good = {n for n, each in enumerate(whole) if about.shows(article, each)}
    return Item(
        ident=ident,
        article=article,
        shown=tuple(each for n, each in enumerate(whole) if n in good),
        withheld=tuple(each for n, each in enumerate(whole) if n not in good),
    )


def _facts(item: Item) -> str:
    """Nothing that a feed's author chose freely: a family is the catalogue's word."""
    article = item.article
    when = moment(article.published_at)
    return (
        f'id="{item.ident}" family="{_plain(family(article))}" reliability="{article.reliability.value}" '
        f'language="{_plain(article.language)}" published="{when:%Y-%m-%dT%H:%MZ}"'
    )


def _plain(word: str) -> str:
    return "".join(c for c in word if c.isalnum() or c in "-._")[:60]
