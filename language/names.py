"""Proper names by capitals, without a model: the same text always gives the same names.

A capital says little where it is obligatory: at the start of a sentence, in a headline in title
case, on every German noun. There a word counts only if the text shows elsewhere that it is a name,
if it is an acronym, or if word lists speak for it: it is unknown to the language, or as frequent in
other languages as a name would be. Scripts without capitals give no names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from language.frequency import has_list, listed, zipf

MOST_NAMES = 40

_WORD = re.compile(r"[^\W_]+(?:[-'’.&][^\W_]+)*\.?")
_SENTENCE_END = re.compile(r"[.!?…:;\n•|–—\"“”„»«‘()\[\]]")
_LONGER_WORD = re.compile(r"[^\W\d_]{4,}")
_BREAK = re.compile(r"[^\s]")
_ELISION = re.compile(r"^(?:[dljmnstc]|qu|dell|nell|all|sull|un)['’](?=\w)", re.IGNORECASE)
_POSSESSIVE = re.compile(r"(?:['’]s|['’])$")
_INITIALS = re.compile(r"^(?:[^\W\d_]\.)+[^\W\d_]?\.?$")

_CONNECTORS = {
    "en": {"of"},
    "de": {"von", "der", "zu", "van"},
    "es": {"de", "del", "la", "las", "los"},
    "fr": {"de", "du", "des", "la", "le"},
    "it": {"di", "del", "della", "dei", "da"},
    "pt": {"de", "da", "do", "dos", "das"},
    "nl": {"van", "de", "der", "den"},
}
# Between two names these are as often no part of either ("Feldkamp von Siemens").
_SEPARATING = (["von"], ["der"])
_ABBREVIATED = {
    "mr", "mrs", "ms", "dr", "st", "sen", "rep", "gov", "gen", "lt", "col", "prof", "jr", "sr", "no", "sra",
    "mme",
}  # fmt: skip
_TITLES = {"mr", "mrs", "ms", "dr", "sen", "rep", "gov", "herr", "frau", "sr", "sra", "mme", "m", "prof"}
_CALENDAR = {
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february",
    "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
    "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag", "sonnabend", "januar",
    "februar", "märz", "mai", "juni", "juli", "oktober", "dezember",
}  # fmt: skip
_PLACING = {"in", "aus", "nach", "bei", "von", "für", "mit"}
_ENDINGS = ("s", "es", "d", "ed", "ing", "er", "ers", "ly", "r", "e")
# Languages that write every noun with a capital.
_NOUN_CAPITALS = {"de", "lb"}
# Lists consulted to see whether a word is as frequent abroad.
_ABROAD = ("en", "de", "fr", "es", "it", "nl")
_GERMAN_NOUN = re.compile(
    r"(?:ung|ungen|heit|heiten|keit|keiten|schaft|schaften|tion|tionen|tät|täten|nis|nisse|chen|lein|ling|linge|"
    r"ismus|werk|werke|streik|streiks|gesetz|amt|rat|plan|pläne|preis|preise|gericht|verkehr|betrieb|arbeit|"
    r"arbeiter|arbeiterin|minister|ministerin|zeit|zahl|zahlen|kosten|fall|fälle|tag|tage|jahr|jahre|seite)n?$"
)
_GERMAN_ADJECTIVE = re.compile(r"isch(?:e|er|en|es|em)$")


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    folded: str
    # The capital, if any, is obligatory here.
    forced: bool
    # No punctuation between this word and the one before.
    joined: bool
    # Follows a preposition that, without an article, a place or a person follows.
    placed: bool


def names(text: str, language: str) -> tuple[str, ...]:
    """Names in order of first appearance, at most 40; the first line is taken for a headline.

    A single word that is part of a longer name of the text ("Feldkamp", "Anna Feldkamp") is left out.
    """
    tokens = list(_tokens(text, language))
    lower = {token.folded for token in tokens if token.text[:1].islower()}
    free = {token.folded for token in tokens if _capital(token.text) and not token.forced}
    found = dict.fromkeys(_sequences(tokens, lower, free, language))
    words_of_longer = {word for name in found if " " in name for word in name.split()}
    kept = [name for name in found if name not in words_of_longer]
    return tuple(kept[:MOST_NAMES])


def name_words(name: str) -> tuple[str, ...]:
    """The folded words of a name by which it is compared: no connectors, no titles, no initials."""
    words = [word.strip(".").casefold() for word in name.split()]
    connecting = set().union(*_CONNECTORS.values())
    return tuple(word for word in words if len(word) > 1 and word not in connecting and word not in _TITLES)


def _tokens(text: str, language: str) -> Iterator[_Token]:
    headline, _, body = text.partition("\n")
    yield from _line_tokens(headline, language, _title_case(headline))
    for line in body.split("\n"):
        yield from _line_tokens(line, language, shouting=_all_capitals(line))


def _line_tokens(line: str, language: str, shouting: bool) -> Iterator[_Token]:
    end = 0
    start_of_sentence = True
    before = ""
    for match in _WORD.finditer(line):
        between = line[end : match.start()]
        if end and _SENTENCE_END.search(between):
            start_of_sentence = True
        word = match.group()
        ends_sentence = word.endswith(".") and not _abbreviation(word)
        bare = word if _INITIALS.match(word) and "." in word else word.rstrip(".")
        without_article = bare if language == "en" else _ELISION.sub("", bare)
        elided = without_article != bare
        bare = _POSSESSIVE.sub("", without_article)
        if bare:
            forced = start_of_sentence or shouting or language in _NOUN_CAPITALS
            joined = bool(end) and not (start_of_sentence or elided or _BREAK.search(between))
            yield _Token(bare, bare.casefold(), forced, joined, before in _PLACING)
        start_of_sentence = ends_sentence
        end = match.end()
        before = word.casefold()


def _abbreviation(word: str) -> bool:
    return bool(_INITIALS.match(word)) or word.rstrip(".").casefold() in _ABBREVIATED


def _title_case(headline: str) -> bool:
    """Whether capitals in this headline say nothing: most longer words after the first have one."""
    words = _LONGER_WORD.findall(headline)[1:]
    return len(words) >= 2 and sum(word[0].isupper() for word in words) > 0.6 * len(words)


def _all_capitals(line: str) -> bool:
    letters = [letter for letter in line if letter.isalpha()]
    return len(letters) > 20 and sum(letter.isupper() for letter in letters) > 0.8 * len(letters)


def _capital(word: str) -> bool:
    return word[:1].isupper()


def _sequences(tokens: list[_Token], lower: set[str], free: set[str], language: str) -> Iterator[str]:
    """Maximal runs of name words, with connectors only between two of them."""
    connectors = _CONNECTORS.get(language, set())
    run: list[str] = []
    pending: list[str] = []
    for token in tokens:
        if run and not token.joined:
            yield from _finish(run)
            run, pending = [], []
        named = pending == ["von", "der"] and _capital(token.text)
        if named or _is_name(token, bool(run) and not pending, lower, free, language):
            if pending in _SEPARATING:
                yield from _finish(run)
                run, pending = [], []
            run += [*pending, token.text]
            pending = []
        elif run and token.folded in connectors and len(pending) < 2:
            pending.append(token.text)
        else:
            yield from _finish(run)
            run, pending = [], []
    yield from _finish(run)


def _finish(run: list[str]) -> Iterator[str]:
    while run and run[0].rstrip(".").casefold() in _TITLES:
        run = run[1:]
    if run and not (len(run) == 1 and len(run[0]) == 1):
        yield " ".join(run)


def _is_name(token: _Token, continues: bool, lower: set[str], free: set[str], language: str) -> bool:
    word, folded = token.text, token.folded
    if not _capital(word) or folded in _CALENDAR:
        return False
    if _acronym(word) and folded not in lower:
        return True
    if not token.forced:
        return True
    if folded in lower:
        return False
    if folded in free:
        return True
    if language in _NOUN_CAPITALS:
        return _german_name(folded, continues, token.placed)
    return _unknown_or_international(folded, language)


def _acronym(word: str) -> bool:
    letters = [letter for letter in word if letter.isalpha()]
    return 2 <= len(letters) <= 6 and all(letter.isupper() for letter in letters)


@lru_cache(maxsize=65536)
def _unknown_or_international(folded: str, language: str) -> bool:
    """For a word whose capital is forced: whether the lists speak for a name."""
    if not has_list(language):
        return False
    if not listed(folded, language):
        # An inflected form of a known word is not unknown.
        return not any(listed(folded.removesuffix(ending), language) for ending in _ENDINGS)
    return zipf(folded, language) < 5.6 and _abroad(folded, language) >= 3


def _abroad(folded: str, language: str) -> int:
    """How many other languages know the word about as well as this one."""
    here = zipf(folded, language)
    return sum(
        other != language and listed(folded, other) and zipf(folded, other) > here - 1.5 for other in _ABROAD
    )


@lru_cache(maxsize=65536)
def _german_name(folded: str, continues: bool, placed: bool) -> bool:
    if _GERMAN_ADJECTIVE.search(folded):
        return False
    if listed(folded, "de"):
        if placed and sum(listed(folded, other) for other in _ABROAD if other != "de") >= 2:
            return True
        return zipf(folded, "de") < 5.6 and _abroad(folded, "de") >= (2 if continues else 3)
    if _GERMAN_NOUN.search(folded):
        return False
    # After a first name even a word that looks like a compound is a surname.
    return continues or not ("-" in folded or _compound(folded))


def _compound(folded: str) -> bool:
    """Whether a word is an inflected form of, or made of two, words that the German list holds."""
    if any(listed(folded[:-cut], "de") for cut in (1, 2) if len(folded) - cut >= 4):
        return True
    for cut in range(4, len(folded) - 3):
        head, tail = folded[:cut], folded[cut:]
        if not (listed(tail, "de") or listed(tail.rstrip("esn"), "de")):
            continue
        if listed(head, "de") or listed(head.rstrip("sn"), "de") or listed(head + "e", "de"):
            return True
    return False
