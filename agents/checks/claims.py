"""A statement with what it cites, read; and the checks of its words against that, in a table.

Each check is a pure function of a claim that gives a reason or nothing. A statement that is a cited
quote word for word is its source's own; of it only the estimate is checked, and who contradicts it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from agents.checks import independence, likelihood, names, speakers, speech
from agents.checks.placeholders import without
from agents.checks.reasons import Reason
from agents.checks.setting import Setting, SourceKey, source_key
from agents.checks.wording import denial_differs, name_replaced, repeated, unheard_of
from language.detect import detect
from language.figures import dates, quantities
from language.reading import quotes
from language.reading.evidence import KEPT, Evidence, evidence
from schemas.records import Statement, StatementKind


@dataclass(frozen=True, slots=True)
class Cited:
    """One cited text: all of it, and what of it is pointed at (the quotes and the headline)."""

    whole: Evidence
    passages: tuple[Evidence, ...]
    published_at: int
    family: str
    publisher: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement whose citations stand, its text without placeholders."""

    statement: Statement
    text: str
    language: str
    cited: tuple[Cited, ...]
    cutoff: int
    # The text is one of its quotes.
    verbatim: bool
    figures: quantities.Figures

    @property
    def sources(self) -> tuple[Evidence, ...]:
        """The whole cited texts."""
        return tuple(each.whole for each in self.cited)

    @property
    def passages(self) -> tuple[Evidence, ...]:
        """What of the cited texts is pointed at."""
        return tuple(passage for each in self.cited for passage in each.passages)

    @property
    def quotes(self) -> tuple[str, ...]:
        """The cited quotes."""
        return tuple(citation.quote for citation in self.statement.citations)


def claim_of(statement: Statement, texts: Mapping[SourceKey, str], setting: Setting) -> Claim:
    """Reads a statement whose citations are known to stand."""
    text = without(statement.text)
    quoted: dict[SourceKey, list[str]] = {}
    for citation in statement.citations:
        quoted.setdefault(source_key(citation), []).append(citation.quote)
    cited = tuple(_cited(source, texts[source], passages, setting) for source, passages in quoted.items())
    language = _language(text, cited, setting)
    plain = _plain(text)
    verbatim = any(plain in _plain(citation.quote) for citation in statement.citations)
    figures = quantities.figures_of(independence.without(text), language)
    return Claim(statement, text, language, cited, setting.cutoff, bool(plain) and verbatim, figures)


def line_of(text: str, texts: Mapping[SourceKey, str], setting: Setting) -> Claim:
    """A headline or a bottom line: it points at no passage, and rests on all of a brief's texts."""
    cited = tuple(_cited(source, whole, [], setting) for source, whole in texts.items())
    plain = without(text)
    language = _language(plain, cited, setting)
    verbatim = any(plain in whole for whole in texts.values())
    figures = quantities.figures_of(plain, language)
    return Claim(Statement(text=text), plain, language, cited, setting.cutoff, verbatim, figures)


@lru_cache(maxsize=KEPT)
def _plain(text: str) -> str:
    return quotes.fold(text)[0].strip()


def _cited(source: SourceKey, text: str, passages: list[str], setting: Setting) -> Cited:
    origin = setting.origin(source)
    title = text.split("\n", 1)[0] if "\n" in text else ""
    read = tuple(evidence(passage, origin.language) for passage in (*passages, title) if passage)
    return Cited(
        evidence(text, origin.language),
        read,
        origin.published_at,
        origin.family or source[0],
        origin.publisher,
    )


def _language(text: str, cited: tuple[Cited, ...], setting: Setting) -> str:
    """A statement is in its sources' language or in the brief's."""
    possible = {each.whole.language for each in cited} | {setting.language}
    if len(possible) == 1:
        return setting.language
    found = detect(text)
    return found if found in possible else setting.language


def speech_invented(claim: Claim) -> Reason | None:
    """Words in quotation marks stand in a cited text."""
    found = speech.invented(claim.text, [each.text for each in claim.sources])
    return Reason.SPEECH_NOT_IN_SOURCE if found is not None else None


def numbers_invented(claim: Claim) -> Reason | None:
    """Each figure follows from one of a cited text."""
    known = [quantity for each in claim.cited for quantity in quantities.known(each.whole.figures)]
    invented = any(not quantities.supported(said, known) for said in claim.figures.quantities)
    return Reason.NUMBER_NOT_IN_SOURCE if invented else None


def dates_invented(claim: Claim) -> Reason | None:
    """Each date follows from one of a cited text; a forecast may name one after the cut-off."""
    for said in claim.figures.dates:
        if _dated(said, claim, [(each.whole, each.published_at) for each in claim.cited]):
            continue
        later = bool(claim.cutoff) and all(
            dates.after(said, each.published_at, claim.cutoff) for each in claim.cited
        )
        if not later:
            return Reason.DATE_NOT_IN_SOURCE
        if claim.statement.kind is not StatementKind.FORECAST:
            return Reason.DATE_AFTER_CUTOFF
    return None


def names_invented(claim: Claim) -> Reason | None:
    """Each name stands in a cited text."""
    outlets = [outlet for each in claim.cited for outlet in (each.publisher, each.family)]
    found = names.missing(claim.text, claim.language, claim.sources, outlets)
    return Reason.NAME_NOT_IN_SOURCE if found is not None else None


def words_unheard_of(claim: Claim) -> Reason | None:
    """Some of what carries the sentence stands in a cited text of its language."""
    same = [each for each in claim.sources if each.language == claim.language]
    if not same or len(same) < len(claim.sources):
        return None
    return Reason.NOT_IN_SOURCE if unheard_of(claim.text, claim.language, same) else None


def likelihood_misused(claim: Claim) -> Reason | None:
    """See likelihood.objection; a judgement without one is no reason to drop it."""
    found = likelihood.objection(claim.statement, " ".join(claim.quotes))
    judged = claim.statement.kind is StatementKind.JUDGEMENT and found is Reason.LIKELIHOOD_MISSING
    return None if judged else found


def not_independent(claim: Claim) -> Reason | None:
    """Who says that several say so cites as many families."""
    needed = independence.needed(claim.text, claim.quotes)
    return Reason.NOT_INDEPENDENT if needed > len({each.family for each in claim.cited}) else None


def judgement_unqualified(claim: Claim) -> Reason | None:
    """A judgement says how likely it is, or how sure its author."""
    statement = claim.statement
    if statement.kind is not StatementKind.JUDGEMENT:
        return None
    found = likelihood.objection(statement, " ".join(claim.quotes))
    return found if found is Reason.LIKELIHOOD_MISSING else None


def number_unquoted(claim: Claim) -> Reason | None:
    """Each figure is in a quoted passage, not only elsewhere in the text."""
    known = [q for passage in claim.passages for q in quantities.known(passage.figures)]
    loose = any(not quantities.supported(said, known) for said in claim.figures.quantities)
    return Reason.NUMBER_NOT_IN_QUOTE if loose else None


def date_unquoted(claim: Claim) -> Reason | None:
    """The same of dates."""
    passages = [(passage, each.published_at) for each in claim.cited for passage in each.passages]
    loose = any(not _dated(said, claim, passages) for said in claim.figures.dates)
    forecast = claim.statement.kind is StatementKind.FORECAST
    return Reason.DATE_NOT_IN_QUOTE if loose and not forecast else None


def name_exchanged(claim: Claim) -> Reason | None:
    """A sentence that is its quote but for a name."""
    replaced = name_replaced(claim.text, claim.language, claim.passages, claim.sources)
    return Reason.NAME_NOT_IN_QUOTE if replaced else None


def denial_turned(claim: Claim) -> Reason | None:
    """A sentence that is its quote but for a "not"."""
    return Reason.DENIAL_DIFFERS if denial_differs(claim.text, claim.language, claim.passages) else None


def speaker_exchanged(claim: Claim) -> Reason | None:
    """A sentence that is its quote but for who says so."""
    said = speakers.speakers(claim.text, claim.language)
    if not said:
        return None
    near = repeated(claim.text, claim.language, claim.passages, said)
    differs = speakers.exchanged(said, claim.language, near, claim.sources)
    return Reason.SPEAKER_DIFFERS if differs else None


def _dated(said: dates.Said, claim: Claim, sources: list[tuple[Evidence, int]]) -> bool:
    """A date of the sources, the day one was published, or, for a bare year, a figure.

    A month or a year does not follow from a day that the statement says beside it: in "fell in March,
    figures showed on Friday" the Friday is no witness for March.
    """
    beside = {other.words for other in claim.figures.dates if other is not said}
    known = [
        (other, at)
        for source, at in sources
        for other in source.figures.dates
        if said.day is not None or other.words not in beside
    ]
    if dates.supported(said, known):
        return True
    absolute = said.offset is None and said.weekday is None
    if absolute and any(dates.published(said, at) for _, at in sources if at):
        return True
    if said.year is None or said.month is not None:
        return False
    return any(q.value == said.year for source, _ in sources for q in source.figures.quantities)


Check = Callable[[Claim], Reason | None]
# In the order they run; a statement is dropped by the first that gives a reason.
DROPPING: dict[str, Check] = {
    "likelihood": likelihood_misused,
    "independence": not_independent,
    "quoted speech": speech_invented,
    "numbers": numbers_invented,
    "dates": dates_invented,
    "names": names_invented,
    "wording": words_unheard_of,
}
# Of those that are not dropped, the confidence is low when one of these gives a reason.
DOWNGRADING: dict[str, Check] = {
    "numbers in the quote": number_unquoted,
    "dates in the quote": date_unquoted,
    "names in the quote": name_exchanged,
    "denial": denial_turned,
    "speaker": speaker_exchanged,
    "qualified judgements": judgement_unqualified,
}
# What a statement is still checked for when it is its source's own words.
OF_QUOTATIONS = frozenset(("likelihood", "qualified judgements"))
# Of a headline or a bottom line.
OF_LINES: dict[str, Check] = {name: DROPPING[name] for name in ("quoted speech", "numbers", "dates", "names")}
