"""Whether a statement says no more than its quotes do, as far as words, figures and names can tell.

The gate checks each statement on its own account, whoever wrote it. Here a model's paraphrase is held
against exactly the words it quotes: what carries its content must stand there.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from agents.checks.names import missing
from agents.checks.placeholders import named, without
from agents.declarative import reports
from agents.drafting.items import Item
from language.reading.evidence import Evidence, evidence
from language.reading.sentences import sentences
from language.reading.terms import WORD, Terms, terms_of
from schemas.records import Statement, StatementKind

# Share of a statement's weight that its quotes must carry.
FACT_SHARE, JUDGEMENT_SHARE = 0.6, 0.4
# From this share of the quotes on, a statement retells them, so it may not deny less.
RETOLD = 0.6
# So many telling words in a row that no quote has are a claim of their own, however true the rest is.
RUN, TELLING = 3, 0.25


class Doubt(StrEnum):
    """Why a model's statement is dropped, beside the gate's reasons."""

    NO_REPORT = "NO_REPORT"
    NOT_IN_QUOTES = "NOT_IN_QUOTES"
    FIGURE_NOT_IN_QUOTES = "FIGURE_NOT_IN_QUOTES"
    NAME_NOT_IN_SOURCE = "NAME_NOT_IN_SOURCE"
    NEGATION = "NEGATION"
    TOO_SHORT_A_QUOTE = "TOO_SHORT_A_QUOTE"
    JUDGED_UNSUPPORTED = "JUDGED_UNSUPPORTED"


def doubt(
    statement: Statement,
    facts: Sequence[Statement],
    items: Mapping[str, Item],
    rail: Mapping[str, str],
) -> Doubt | None:
    """The first doubt about a statement. ``facts`` are those it rests on, ``items`` by article id.

    A judgement is held against the quotes of its facts: it may weigh them, and add nothing to them. The words
    that ``rail`` has for a placeholder that the statement names count neither for it nor against it.
    """
    is_fact = statement.kind is StatementKind.FACT
    carried_by = [statement] if is_fact else [statement, *facts]
    citations = [c for each in carried_by for c in each.citations]
    cited = [items[c.article_id] for c in citations if c.article_id in items]
    if not cited:
        return Doubt.NOT_IN_QUOTES
    language = cited[0].article.language
    text = without(statement.text)
    if not all(reports(each.text, language) for each in sentences(text, language)):
        return Doubt.NO_REPORT
    vouched = terms_of(" ".join(rail.get(key, "") for key in named(statement.text)), "en").words.keys()
    own = terms_of(text, language)
    own = replace(own, words={word: value for word, value in own.words.items() if word not in vouched})
    quoted = [
        terms_of(c.quote, items[c.article_id].article.language) for c in citations if c.article_id in items
    ]
    found = _compared(own, quoted, FACT_SHARE if is_fact else JUDGEMENT_SHARE)
    if found is None and _own_claim(text, language, vouched, quoted):
        found = Doubt.NOT_IN_QUOTES
    if found is None and missing(text, language, _shown(cited), ()) is not None:
        found = Doubt.NAME_NOT_IN_SOURCE
    return found


def _compared(own: Terms, quoted: Sequence[Terms], least: float) -> Doubt | None:
    figures = set[str]().union(*(each.figures.keys() for each in quoted))
    if own.figures.keys() - figures:
        return Doubt.FIGURE_NOT_IN_QUOTES
    words = set[str]().union(*(each.words.keys() for each in quoted))
    weight = math.fsum(own.words.values())
    carried = math.fsum(value for word, value in own.words.items() if word in words)
    if weight and carried < least * weight:
        return Doubt.NOT_IN_QUOTES
    denied = any(each.negated for each in quoted)
    said = math.fsum(value for each in quoted for value in each.words.values())
    retold = bool(said) and carried >= RETOLD * said
    if (own.negated and not denied) or (denied and not own.negated and retold):
        return Doubt.NEGATION
    if not weight and not own.figures:
        return Doubt.TOO_SHORT_A_QUOTE
    return None


def _own_claim(text: str, language: str, vouched: Collection[str], quoted: Sequence[Terms]) -> bool:
    """Whether a run of telling words stands in no quote."""
    known, run = set(vouched).union(*(each.words.keys() for each in quoted)), 0
    for match in WORD.finditer(text):
        words = terms_of(match.group(), language).words
        if words.keys() & known:
            run = 0
        elif max(words.values(), default=0.0) >= TELLING:
            run += 1
        if run >= RUN:
            return True
    return False


def _shown(cited: Iterable[Item]) -> list[Evidence]:
    """What the model saw of the sources; the gate looks at all of them."""
    return [evidence(item.text, item.article.language) for item in cited]
