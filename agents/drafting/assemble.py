"""From answers to statements: quotes located, claims held against them, workers' parts merged. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agents.checks import Reason
from agents.checks.placeholders import filled, named
from agents.checks.placeholders import without as without_rail
from agents.drafting.items import Item
from agents.drafting.shapes import Line, Said, Section
from agents.drafting.support import Doubt, doubt
from language.reading import quotes
from language.reading.sameness import same_fact
from language.reading.terms import terms_of
from schemas.records import Citation, DroppedStatement, Statement, StatementKind

AT_MOST = 10


@dataclass(frozen=True, slots=True)
class Doubted:
    """A statement that does not stand, with the words a model may try again with."""

    place: str
    said: Said
    reason: str

    @property
    def dropped(self) -> DroppedStatement:
        """As the brief lists it: by its place only, for its words may be why it is dropped."""
        return DroppedStatement(text=self.place, reason=self.reason)


@dataclass(frozen=True, slots=True)
class Checked:
    """What stands, in order, each with the words it was said in; and what does not."""

    statements: tuple[Statement, ...] = ()
    said: tuple[Said, ...] = ()
    doubted: tuple[Doubted, ...] = ()


@dataclass(slots=True)
class _Kept:
    """By position in the answer: where the statement now stands."""

    statements: list[Statement] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    places: dict[int, int] = field(default_factory=dict)


def checked(step: str, section: Section, items: Sequence[Item], rail: Mapping[str, str]) -> Checked:
    """One answer's statements. Facts first, for judgements stand and fall with theirs. ``rail``: the
    placeholders that were offered, each with its words."""
    by_id = {item.ident: item for item in items}
    by_article = {item.article.article_id: item for item in items}
    kept, doubted = _Kept(), list[Doubted]()
    order = sorted(range(len(section.statements)), key=lambda n: section.statements[n].kind != "FACT")
    for n in order:
        said = section.statements[n]
        made = _statement(said, by_id, kept, rail)
        found = made if isinstance(made, str) else doubt(made, _facts_of(made, kept), by_article, rail)
        if isinstance(made, Statement) and found is None:
            kept.places[n] = len(kept.statements)
            kept.statements.append(made)
            kept.said.append(said)
        else:
            doubted.append(Doubted(f"{step} {n + 1}", said, str(found)))
    return Checked(tuple(kept.statements), tuple(kept.said), tuple(doubted))


def line(given: Line, items: Sequence[Item], rail: Mapping[str, str]) -> str:
    """A headline or bottom line that stands as a fact would; empty if it does not."""
    said = Said(kind="FACT", text=given.text, quotes=given.quotes, basis=[], likelihood=None, confidence=None)
    found = checked("line", Section(statements=[said]), items, rail)
    return found.statements[0].text if found.statements else ""


def merged(parts: Iterable[Checked]) -> Checked:
    """The parts in order as one; what an earlier one says already is left out, and no more than ten stay."""
    statements, said, doubted = list[Statement](), list[Said](), list[Doubted]()
    for part in parts:
        doubted += part.doubted
        places: dict[int, int] = {}
        for n, statement in enumerate(part.statements):
            known = _same(statement, statements)
            if known is None and len(statements) < AT_MOST:
                known = len(statements)
                basis = tuple(places[b] for b in statement.basis if b in places)
                statements.append(replace(statement, basis=basis))
                said.append(part.said[n])
            if known is not None:
                places[n] = known
    return Checked(tuple(statements), tuple(said), tuple(doubted))


def without(whole: Checked, judged: Mapping[int, str]) -> Checked:
    """The statements that are not in ``judged``, and what rests on none of them; the others are doubted."""
    bad = dict(judged)
    for n, statement in enumerate(whole.statements):
        if statement.kind is not StatementKind.FACT and all(b in bad for b in statement.basis):
            bad.setdefault(n, Doubt.JUDGED_UNSUPPORTED)
    good = [n for n in range(len(whole.statements)) if n not in bad]
    places = {old: new for new, old in enumerate(good)}
    statements = (
        replace(whole.statements[n], basis=tuple(places[b] for b in whole.statements[n].basis if b in places))
        for n in good
    )
    doubted = (Doubted(f"judged {n + 1}", whole.said[n], bad[n]) for n in sorted(bad))
    return Checked(tuple(statements), tuple(whole.said[n] for n in good), (*whole.doubted, *doubted))


def _statement(
    said: Said, items: Mapping[str, Item], kept: _Kept, rail: Mapping[str, str]
) -> Statement | str:
    """With located citations; the reason if one of them, or a placeholder, cannot be had."""
    if filled(said.text, rail) is None:
        return Reason.UNKNOWN_PLACEHOLDER
    citations: list[Citation] = []
    for quoted in said.quotes:
        item = items.get(quoted.item)
        if item is None:
            return Reason.UNKNOWN_SOURCE
        citation = item.cite(quoted.quote)
        if citation is None:
            return Reason.QUOTE_NOT_FOUND
        if citation not in citations:
            citations.append(citation)
    basis = tuple(dict.fromkeys(kept.places[b] for b in said.basis if b in kept.places))
    if said.kind == "FACT" and not citations:
        return Reason.NO_CITATION
    if said.kind != "FACT" and not basis:
        return Reason.NO_CITATION
    if said.likelihood and said.confidence:
        return "LIKELIHOOD_AND_CONFIDENCE"
    return Statement(
        kind=StatementKind(said.kind),
        text=quotes.fold(said.text)[0].strip() if "\n" in said.text else said.text.strip(),
        likelihood=said.likelihood,
        confidence=said.confidence,
        basis=() if said.kind == "FACT" else basis,
        citations=tuple(citations),
    )


def _facts_of(statement: Statement, kept: _Kept) -> list[Statement]:
    return [kept.statements[b] for b in statement.basis]


def _same(statement: Statement, others: Sequence[Statement]) -> int | None:
    """Which of the others says the same; one that tells another figure of the rail does not."""
    terms = terms_of(without_rail(statement.text), "en")
    for n, other in enumerate(others):
        comparable = other.kind is statement.kind and named(other.text) == named(statement.text)
        same = other.text == statement.text or same_fact(terms, terms_of(without_rail(other.text), "en"))
        if comparable and same:
            return n
    return None
