"""Who says it: a sentence that repeats a passage but for its speaker.

Speakers are found by their verb ("…, the union said", "laut Polizei"), so only what is plainly attributed is
seen. Pronouns, and words that stand for any speaker (a spokesman, a statement), name nobody.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from agents.checks.names import mentioned
from language.figures.calendar import calendar
from language.reading.evidence import Evidence, folded

_NOUN = r"[^\W\d_][\w'’.-]*"
_PHRASE = rf"{_NOUN}(?:\s{_NOUN}){{0,5}}"
# Forms that tell of speaking; what comes before is their subject, and what follows a comma and the verb.
_SAID = {
    "en": r"(?:said|says|added|announced|confirmed|denied|warned|stated|claimed|argued|insisted)",
    "de": r"(?:sagten?|sagt|erklärten?|erklärt|teilten?|betonten?|warnten?|bestätigten?|meldeten?)",
    "fr": r"(?:a|ont) (?:dit|déclaré|annoncé|affirmé|indiqué|confirmé|précisé|ajouté)",
    "es": r"(?:dijo|dijeron|afirmó|afirmaron|anunció|anunciaron|aseguró|declaró|confirmó|informó)",
}
_BY = {
    "en": r"according to",
    "de": r"(?:laut|nach angaben (?:der|des|von)|so)",
    "fr": r"(?:selon|d['’]après)",
    "es": r"(?:según|de acuerdo con)",
}


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# A phrase ends at one of these; what follows tells more of the speaker, or of when and where.
_ENDS = {
    "en": _words(
        "of in at on for from with by near who which that to and after before has have had was were will "
        "would"
    ),
    "de": _words("von vom in im am an aus für bei mit und nach vor zu zum zur der die das dass des"),
    "fr": _words("de du des à au aux en dans pour qui que et sur après avant"),
    "es": _words("de del a al en para que y con por sobre tras"),
}
_NOBODY = {
    "en": _words(
        "he she it they we i who which that there this these those others some many all one also later then "
        "spokesman spokeswoman spokesperson spokespeople statement report reports source sources"
    ),
    "de": _words(
        "er sie es wir ich wer das dies man sprecher sprecherin mitteilung bericht berichte auch spater"
    ),
    "fr": _words("il elle ils elles on nous je qui cela porte-parole communique sources source"),
    "es": _words("el ella ellos ellas ello quien que portavoz comunicado fuentes fuente tambien"),
}
_ARTICLES = _words(
    "the a an its their his her der die das dem den des ein eine einer le la les un une son sa ses el los "
    "las una su sus"
)
# Here the head comes first: "le ministre délégué", "Ministerin Anna Feld".
_HEAD_FIRST = {"de", "fr", "es"}


def speakers(text: str, language: str) -> frozenset[str]:
    """The words that name who speaks, as they are written; none in languages without a list."""
    if language not in _SAID:
        return frozenset()
    return frozenset(head for phrase in _phrases(text, language) if (head := _head(phrase, language)))


def exchanged(
    said: Collection[str], language: str, passages: Sequence[Evidence], sources: Sequence[Evidence]
) -> bool:
    """Whether none of these passages has one of a sentence's speakers (``said``), while they name another.

    The passages are those of the cited texts (``sources``) that the sentence otherwise repeats. Somebody whom
    a text names elsewhere may be the one whom the passage calls a manager.
    """
    theirs = {head for each in passages for head in speakers(each.text, each.language)}
    named = language != "de"
    return bool(theirs) and any(
        not mentioned(head, sources if named and head[0].isupper() else passages) for head in said
    )


def _phrases(text: str, language: str) -> Iterator[str]:
    verbs, by = _SAID[language], _BY[language]
    yield from re.findall(rf"(?i)\b{by} ({_PHRASE})", text)
    # "…“, sagte die Ministerin": the subject follows what was said. In English a clause does so, too.
    for found in re.finditer(rf"(?i)([,”\"“»’])\s?{verbs} ({_PHRASE})", text):
        if language != "en" or found[1] != "," or found[2][0].isupper():
            yield found[2]
    for found in re.finditer(rf"(?i)(?<![\w'’.-])({_PHRASE}) {verbs}\b", text):
        yield found[1]


def _head(phrase: str, language: str) -> str | None:
    """The noun of a phrase, None where it names nobody."""
    words = phrase.split()
    first = next((n for n, word in enumerate(words) if folded(word) not in _ARTICLES), len(words))
    words = words[first:]
    end = next((n for n, word in enumerate(words) if n and folded(word) in _ENDS[language]), len(words))
    known = calendar(language)
    dated = known.weekdays.keys() | known.months.keys()
    nouns = [word.strip("'’.-") for word in words[:end] if folded(word) not in dated]
    if language == "de":
        nouns = [word for word in nouns if word[:1].isupper()]
    if not nouns or any(folded(word) in _NOBODY[language] for word in nouns):
        return None
    return nouns[0] if language in _HEAD_FIRST else nouns[-1]
