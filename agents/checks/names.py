"""Names in a statement must be in a text it cites: persons, organisations, places.

A name's words are looked for with their inflections, as an acronym or spelled out, and countries under
their other names. Words of one name must stand near each other in one source, so that no person is made
of two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from language.aliases import ROLES, same_country
from language.figures.calendar import calendar
from language.names import name_words, names
from language.reading.evidence import Evidence, folded

# Words between two words of one name: "Feldkamp, the finance minister, Anna" is not one.
NEAR = 6
SHORTEST_STEM = 4
LONGEST_ENDING = 3
# Inflect names at their end by more than a letter or three.
_INFLECTING = {"pl", "ru", "uk", "cs", "sk", "fi", "hu", "tr", "et", "lt", "lv", "hr", "sr", "sl", "bg"}
# Capitals of figures.
_NO_NAMES = {
    "mrd",
    "mio",
    "tsd",
    "bio",
    "eur",
    "usd",
    "euro",
    "euros",
    "dollar",
    "gbp",
    "chf",
    "gmt",
    "utc",
    "cet",
}
_LATIN = re.compile(r"[a-z]")
_OUTLET = re.compile(r"[^\W_]{2,}")


def said(text: str, language: str) -> tuple[str, ...]:
    """The names of a statement."""
    return tuple(name for name in names("\n" + text, language) if folded(name.rstrip(".")) not in _NO_NAMES)


def missing(text: str, language: str, sources: Sequence[Evidence], outlets: Iterable[str]) -> str | None:
    """The first name that no source has; None when all are there.

    ``outlets`` are the cited publishers' names, which a statement may use. Sources in other scripts
    cannot show that a name is missing.
    """
    if not any(_LATIN.search(" ".join(list(each.places)[:40])) for each in sources):
        return None
    known = {folded(part) for outlet in outlets for part in _OUTLET.findall(outlet)}
    known |= calendar(language).weekdays.keys() | calendar(language).months.keys()
    return next((name for name in said(text, language) if not _stands(name, sources, known)), None)


def stands(name: str, sources: Sequence[Evidence]) -> bool:
    """Whether one of the sources has the name, under whatever form."""
    return _stands(name, sources, frozenset())


def mentioned(word: str, sources: Iterable[Evidence]) -> bool:
    """Whether one of the sources has a word, in whatever inflection."""
    return any(_places(folded(word), source) for source in sources)


def _stands(name: str, sources: Sequence[Evidence], known: Iterable[str]) -> bool:
    if any(_other_form(name, source) for source in sources):
        return True
    wanted = [word for word in map(folded, name_words(name)) if word not in known and word not in ROLES]
    wanted = [part for word in wanted for part in _parts(word, sources)]
    return not wanted or any(_near(wanted, source) for source in sources)


def _parts(word: str, sources: Sequence[Evidence]) -> list[str]:
    """A compound that no source has as one: its longer parts ("Stuttgart-based")."""
    if "-" not in word or any(_places(word, source) for source in sources):
        return [word]
    return [part for part in word.split("-") if len(part) >= SHORTEST_STEM] or [word]


def _near(wanted: list[str], source: Evidence) -> bool:
    """Whether each word is in the source and near the one that comes before it in the name."""
    before: Sequence[int] = ()
    for word in wanted:
        here = _places(word, source)
        if not here or (before and not any(abs(a - b) <= NEAR for a in before for b in here)):
            return False
        before = here
    return True


def _places(word: str, source: Evidence) -> Sequence[int]:
    if word in source.places:
        return source.places[word]
    found = [
        place
        for other, where in source.places.items()
        if _inflected(word, other, source.language)
        for place in where
    ]
    return found or _country_places(word, source)


def _inflected(one: str, other: str, language: str) -> bool:
    """One word with an ending, or the same stem with two where languages bend the names themselves."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < SHORTEST_STEM or len(longer) - len(shorter) > LONGEST_ENDING:
        return False
    if longer.startswith(shorter):
        return True
    if language == "de" and other.endswith("er") and one[: len(other) - 3] == other[:-3] != "":
        # Dresdner, Bremer, Zürcher: of Dresden, Bremen, Zürich.
        return len(other) - 3 >= SHORTEST_STEM - 1
    stem = shorter[: max(SHORTEST_STEM, len(shorter) - 2)]
    return language in _INFLECTING and longer.startswith(stem)


def _country_places(word: str, source: Evidence) -> Sequence[int]:
    return [
        place
        for form in same_country(word)
        for place in source.places.get(form.split(" ")[0], ())
        if all(part in source.places for part in form.split(" "))
    ]


def _other_form(name: str, source: Evidence) -> bool:
    """An acronym of what the source spells out, or the other way round; a country's other name."""
    plain = folded(name)
    for form in same_country(plain):
        if all(part in source.places for part in form.split(" ")):
            return True
    letters = plain.replace(".", "")
    if name.isupper() and len(letters) >= 3 and letters.isalpha():
        return letters in source.initials
    spelled = "".join(word[0] for word in name.split() if word[0].isupper()).casefold()
    return len(spelled) >= 3 and spelled in source.places and spelled.upper() in source.text
