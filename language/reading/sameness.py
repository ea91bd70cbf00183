"""Whether two sentences report the same. Made to miss rather than to see what is not there: what is
taken for the same is shown to a reader as confirmed."""

from __future__ import annotations

import math

from language.reading.terms import Terms, common

# Share of the lighter sentence, and of the heavier one, that two have in common when they say the same;
# and how many terms that needs to mean anything. Both ways, or a short clause would confirm a long report.
SAME = 0.6
SAME_OF_HEAVIER = 0.35
SAME_TERMS = 4
# Figures that two sentences of different languages must share; words cannot be compared there.
SAME_FIGURES = 2


def same_fact(one: Terms, other: Terms) -> bool:
    """Of two sentences of one language: most of the lighter one is in the heavier, no figure stands
    against another, and they do not deny each other."""
    return agree_but_for_figures(one, other) and (
        one.figures.keys() <= other.figures.keys() or other.figures.keys() <= one.figures.keys()
    )


def same_across_languages(one: Terms, other: Terms) -> bool:
    """Of two sentences of different languages about one event: they share particular figures."""
    return len(one.telling & other.telling) >= SAME_FIGURES


def agree_but_for_figures(one: Terms, other: Terms) -> bool:
    """The same in words, whatever the figures."""
    both = one.words.keys() & other.words.keys()
    if one.negated != other.negated or len(both) < SAME_TERMS:
        return False
    lighter, heavier = sorted((math.fsum(one.words.values()), math.fsum(other.words.values())))
    alike = common(one.words, other.words)
    return alike >= SAME * lighter and alike >= SAME_OF_HEAVIER * heavier
