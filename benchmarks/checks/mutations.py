"""Spoils correct statements in one place: a number, a name, a date, a denial, who said it, or the quote.

Every mutation is made of the statement alone and of names of the same sample, and is the same in each run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from agents.checks import names
from benchmarks.checks.briefs import Correct
from language.figures.quantities import figures_of
from language.reading import quotes
from schemas.records import Statement

# The goal is for these; the last two are what code can hardly see.
CAUGHT_BY_CODE = ("number", "unit", "name", "date", "quote", "speech")
KINDS = (*CAUGHT_BY_CODE, "negation", "attribution")

_DIGITS = re.compile(r"(?<![\w.,:/-])\d+(?:[.,\u00a0\u202f ]\d{3})*(?:[.,]\d{1,2})?(?![\w:/]|[.,]\d)")
_NUMBER_WORDS = {
    "en": "two three four five six seven eight nine ten eleven twelve",
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "fr": "deux trois quatre cinq six sept huit neuf dix onze douze",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce",
}
_UNITS = (
    ("billion", "million"), ("million", "billion"), ("bn", "m"), ("percent", "kilometres"),
    ("per cent", "percentage points"), ("Prozent", "Prozentpunkte"), ("Milliarden", "Millionen"),
    ("Millionen", "Milliarden"), ("millions", "milliards"), ("milliards", "millions"),
    ("millones", "billones"), ("kilometres", "miles"), ("kilómetros", "metros"), ("metres", "kilometres"),
    ("metros", "kilómetros"), ("hectares", "acres"), ("euros", "dollars"), ("Euro", "Dollar"),
    ("dólares", "euros"), ("pounds", "euros"), ("hours", "days"), ("Stunden", "Tage"), ("heures", "jours"),
    ("horas", "días"), ("€", "$"), ("%", " km"),
)  # fmt: skip
_WEEKDAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
}
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
_RELATIVE = (
    ("yesterday", "tomorrow"), ("next year", "last year"), ("last year", "next year"),
    ("last week", "next week"), ("last month", "next month"), ("gestern", "morgen"),
    ("letzte Woche", "nächste Woche"), ("la semaine dernière", "la semaine prochaine"),
    ("ayer", "hoy"),
)  # fmt: skip
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
# A negation put in, or taken out where it stands.
_AFFIRMED = {
    "en": {verb: f"{verb} not" for verb in ("is", "was", "will", "has", "have", "are", "were", "had")},
    "de": {verb: f"{verb} nicht" for verb in ("ist", "hat", "sind", "wurde", "wurden")},
    "fr": {"est": "n'est pas", "a": "n'a pas", "ont": "n'ont pas", "sont": "ne sont pas"},
    "es": {verb: f"no {verb}" for verb in ("fue", "es", "ha", "están", "siguen", "eran")},
}
_DENIED = tuple(
    (re.compile(pattern), "")
    for pattern in (r" not(?= )", r"(?<=\w)n't", r" nicht(?= )", r" pas(?= )", r" no(?= \w+[aeo]\b)")
)
_SPEAKERS = (
    ("union", "company"), ("company", "union"), ("police", "opposition"), ("officials", "residents"),
    ("residents", "officials"), ("minister", "opposition leader"), ("Gewerkschaft", "Firmenleitung"),
    ("Polizei", "Opposition"), ("syndicat", "patronat"), ("préfecture", "opposition"),
    ("sindicato", "gobierno"), ("empresa", "oposición"),
)  # fmt: skip
_SAYING = re.compile(
    r"(?i)\b(?:said|says|told|according|laut|sagte|sagt|nach Angaben|selon|a dit|déclar\w+|dijo|según|"
    r"afirm\w+)\b"
)
_WORD = re.compile(r"[^\W\d_]{5,}")
_SPOKEN = re.compile(r"[“\"„«]\s?([^“”\"„»«]{12,}?)\s?[”\"“»]")


@dataclass(frozen=True, slots=True)
class Mutation:
    """A statement with one thing changed, and what it was."""

    kind: str
    # How it was changed: "invented", "exchanged with another of the story", …
    how: str
    correct: Correct
    statement: Statement


def mutations(correct: Correct, foreign: Sequence[str]) -> Iterator[Mutation]:
    """All mutations of a statement; ``foreign`` are names of other stories, in its language."""
    text = correct.statement.text

    def spoilt(kind: str, how: str, changed: str) -> Iterator[Mutation]:
        if changed != text:
            yield Mutation(kind, how, correct, replace(correct.statement, text=changed))

    for how, changed in _numbers(correct):
        yield from spoilt("number", how, changed)
    for changed in _units(text):
        yield from spoilt("unit", "another unit", changed)
    for how, changed in _names(correct, foreign):
        yield from spoilt("name", how, changed)
    for how, changed in _dates(text, correct.language):
        yield from spoilt("date", how, changed)
    for changed in _negations(text, correct.language):
        yield from spoilt("negation", "turned", changed)
    for changed in _attributions(correct):
        yield from spoilt("attribution", "another speaker", changed)
    for changed in _speech(text):
        yield from spoilt("speech", "a word of it changed", changed)
    yield from _quotes(correct)


def _numbers(correct: Correct) -> Iterator[tuple[str, str]]:
    text, language = correct.statement.text, correct.language
    dated = figures_of(text, language).dates
    for match in _DIGITS.finditer(text):
        if any(_YEAR.fullmatch(match.group()) or said.start <= match.start() < said.end for said in dated):
            continue
        for how, digits in _digits(match.group()):
            yield how, text[: match.start()] + digits + text[match.end() :]
        for other in _others(correct, match.group()):
            yield "of another figure of the text", text[: match.start()] + other + text[match.end() :]
    words = _NUMBER_WORDS[language].split()
    for match in re.finditer(rf"\b(?:{'|'.join(words)})\b", text):
        if not any(said.start <= match.start() < said.end for said in dated):
            word = words[(words.index(match.group()) + 4) % len(words)]
            yield "in words", text[: match.start()] + word + text[match.end() :]


def _digits(written: str) -> Iterator[tuple[str, str]]:
    """Another last digit, two digits exchanged, a nought more."""
    last = written[-1]
    yield "last digit", written[:-1] + str((int(last) + 3) % 10)
    if len(written) > 1 and written[:2].isdigit() and written[0] != written[1] and written[1] != "0":
        yield "digits exchanged", written[1] + written[0] + written[2:]
    first = written[0]
    yield "first digit", str(int(first) % 9 + 1) + written[1:]


def _others(correct: Correct, written: str) -> Iterator[str]:
    """One other figure of the cited text that is not in the quote."""
    citation = correct.statement.citations[0]
    text = correct.texts[(citation.article_id, citation.version, citation.content_hash)]
    quoted = " ".join(each.quote for each in correct.statement.citations) + text.split("\n", 1)[0]
    values = {q.value for q in figures_of(quoted + " " + correct.statement.text, correct.language).quantities}
    for match in _DIGITS.finditer(text):
        plain = re.sub(r"\D", "", match.group())
        clock = re.match(
            r"\s?[ap]\.?m", correct.statement.text[correct.statement.text.find(written) + len(written) :]
        )
        if (
            match.group() != written
            and not clock
            and not _YEAR.fullmatch(plain)
            and Decimal(plain) not in values
        ):
            found = figures_of(match.group(), correct.language).quantities
            if found and all(q.value not in values for q in found):
                yield match.group()
                return


def _units(text: str) -> Iterator[str]:
    for old, new in _UNITS:
        match = re.search(rf"(?<=[\d ]){re.escape(old)}(?!\w)|(?<!\w){re.escape(old)}(?=\d)", text)
        if match and re.search(r"\d\s?\w*\s?$", text[: match.start()] + ("0" if old in "€" else "")):
            yield text[: match.start()] + new + text[match.end() :]
            return


def _names(correct: Correct, foreign: Sequence[str]) -> Iterator[tuple[str, str]]:
    text = correct.statement.text
    for number, name in enumerate(names.said(text, correct.language)):
        if len(name) < 4 or text.count(name) != 1:
            continue
        other = foreign[(number + len(text)) % len(foreign)]
        yield "invented", text.replace(name, other)
        for exchanged in _others_of_story(correct, name):
            yield "exchanged with another of the text", text.replace(name, exchanged)
        if " " in name:
            surname = other.split()[-1]
            yield "another surname", text.replace(name, " ".join([*name.split()[:-1], surname]))


def _others_of_story(correct: Correct, name: str) -> Iterator[str]:
    citation = correct.statement.citations[0]
    text = correct.texts[(citation.article_id, citation.version, citation.content_hash)]
    own = set(correct.statement.text.split())
    quoted = " ".join(each.quote for each in correct.statement.citations) + text.split("\n", 1)[0]
    for other in names.said(text, correct.setting.origins[_key(correct)].language):
        if other != name and " " in other and not own & set(other.split()) and other not in quoted:
            yield other
            return


def _key(correct: Correct) -> tuple[str, int, str]:
    citation = correct.statement.citations[0]
    return citation.article_id, citation.version, citation.content_hash


def _dates(text: str, language: str) -> Iterator[tuple[str, str]]:
    for how, listed, by in (("weekday", _WEEKDAYS, 3), ("month", _MONTHS, 5)):
        words = listed[language].split()
        for match in re.finditer(rf"\b(?:{'|'.join(words)})(?=\b|abend|morgen|früh|nachmittag)", text):
            word = words[(words.index(match.group()) + by) % len(words)]
            if how == "weekday" or not re.match(r"\s?[a-z]", text[match.end() :]) or language != "en":
                yield how, text[: match.start()] + word + text[match.end() :]
    for match in _YEAR.finditer(text):
        if any(said.start <= match.start() < said.end for said in figures_of(text, language).dates):
            yield "year", text[: match.start()] + str(int(match.group()) - 3) + text[match.end() :]
    months = "|".join(_MONTHS[language].split())
    for match in re.finditer(rf"\b(\d{{1,2}})(?=\.? (?:de )?(?:{months})\b)", text):
        yield "day", text[: match.start(1)] + str(int(match[1]) % 28 + 9) + text[match.end(1) :]
    for old, new in _RELATIVE:
        if re.search(rf"\b{old}\b", text):
            yield "relative", re.sub(rf"\b{old}\b", new, text, count=1)


def _negations(text: str, language: str) -> Iterator[str]:
    for pattern, new in _DENIED:
        if pattern.search(text):
            yield pattern.sub(new, text, count=1)
            return
    for verb, denied in _AFFIRMED[language].items():
        if f" {verb} " in text:
            yield text.replace(f" {verb} ", f" {denied} ", 1)
            return


def _attributions(correct: Correct) -> Iterator[str]:
    """The speaker exchanged: for another institution, or for another person of the story."""
    text = correct.statement.text
    if not _SAYING.search(text):
        return
    for old, new in _SPEAKERS:
        if re.search(rf"\b{old}\b", text):
            yield re.sub(rf"\b{old}\b", new, text, count=1)
            return


def _speech(text: str) -> Iterator[str]:
    spoken = _SPOKEN.search(text)
    word = _WORD.search(spoken[1]) if spoken else None
    if spoken and word:
        at = spoken.start(1) + word.start()
        yield text[:at] + word.group()[::-1].casefold() + text[at + len(word.group()) :]


def _quotes(correct: Correct) -> Iterator[Mutation]:
    """A word of the citation's quote left out, or changed."""
    citation = correct.statement.citations[0]
    found = list(_WORD.finditer(citation.quote))
    if len(found) < 3:
        return
    middle = found[len(found) // 2]
    before, after = citation.quote[: middle.start()], citation.quote[middle.end() :]
    for how, quote in (
        ("word left out", before.rstrip() + after),
        ("word changed", before + middle.group()[::-1].casefold() + after),
        ("said more", citation.quote.rstrip(".") + ", as expected."),
    ):
        if quotes.find(quote, correct.texts[_key(correct)]) is None:
            changed = replace(citation, quote=quote, end=citation.start + len(quote))
            rest = correct.statement.citations[1:]
            yield Mutation("quote", how, correct, replace(correct.statement, citations=(changed, *rest)))
