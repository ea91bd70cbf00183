"""What an article tells that its story had not said: names and numbers."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from flink_jobs.stories.assign import Ledger
from flink_jobs.stories.embedded import NAMED_CHARACTERS, Embedded
from flink_jobs.stories.state import LiveStory
from language.names import name_words
from language.numbers import numbers
from schemas.limits import NAME_CHARACTERS, STORY_DESKS

# A story remembers this many of each; the most mentioned names, the latest numbers.
KEPT_NAMES = 120
KEPT_NUMBERS = 120
KEPT_CATEGORIES = 30


def learn(
    story: LiveStory, item: Embedded, copy: bool, words: Collection[str], revision: bool = False
) -> Ledger:
    """Adds an article's names, numbers, desk and categories to a story; returns how many were new.

    `words` are the words of names the story has said; a name made of such words is not new. A copy
    tells nothing new. Bare years are no numbers here, and a revised article has voted already.
    """
    article = item.article
    if not revision:
        if article.desk and (article.desk in story.desks or len(story.desks) < STORY_DESKS):
            story.desks[article.desk] = story.desks.get(article.desk, 0) + 1
        more = {*story.categories, *(category[:NAME_CHARACTERS] for category in article.categories)}
        story.categories = sorted(more)[:KEPT_CATEGORIES]
    new_names = sum(not set(name_words(name)) <= set(words) for name in item.names)
    for name in item.names:
        story.names[name] = story.names.get(name, 0) + 1
    story.names = most_mentioned(story.names)
    said = numbers_said(article.text, article.language)
    new_numbers = len(set(said) - story.numbers.keys())
    for key in said:
        story.numbers.pop(key, None)
        story.numbers[key] = None
    while len(story.numbers) > KEPT_NUMBERS:
        del story.numbers[next(iter(story.numbers))]
    return Ledger() if copy else Ledger(names=new_names, numbers=new_numbers)


def numbers_said(text: str, language: str) -> tuple[str, ...]:
    """Keys of the numbers in what is read of a text, sorted; bare years are none."""
    return _numbers_read(text[:NAMED_CHARACTERS], language)


# An article is asked twice: whether its text can be read at all, and what it says.
@lru_cache(maxsize=16)
def _numbers_read(text: str, language: str) -> tuple[str, ...]:
    return tuple(sorted({number.key for number in numbers(text, language) if number.unit != "year"}))


def most_mentioned(names: dict[str, int]) -> dict[str, int]:
    """The names to keep, in the order given: those with the most mentions, of several the first ones."""
    if len(names) <= KEPT_NAMES:
        return names
    kept = set(sorted(names, key=lambda name: -names[name])[:KEPT_NAMES])
    return {name: count for name, count in names.items() if name in kept}
