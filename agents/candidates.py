"""The sentences of a story that could be quoted, and how well each would read on its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agents.checks.prose import objection
from agents.checks.reasons import Reason
from agents.relevance import Relevance, relevance
from agents.sources import Sources, family
from language.reading.sentences import Sentence, sentences
from language.reading.terms import Terms, terms_of
from schemas.records import StoryArticle

SHORTEST = 30
LONGEST = 420
READABLE = 260
FEWEST_TERMS = 3
# BERLIN (Agency) — ; Paris, 3 mai (Agence) - ; said before a report begins and no part of it.
# Nothing that was taken is given back: a text of initials could be parted in too many ways.
DATELINE = re.compile(
    r"^(?:(?:[A-ZÀ-Þ][\w'’.-]*+(?:[ ,/]++(?:[A-ZÀ-Þ]|de |del |la |\d)[\w'’.-]*+){0,5}\s*+)?"
    r"\([A-Z][^)]{1,30}\)\s*[-–—:]*|"
    r"[A-ZÀ-Þ]{3,}+(?:[ ,.]++[A-ZÀ-Þ][\w.]*+){0,4}+(?:\s*+[–—]+|\s++-+))\s*(?=[\w\"'“„«¿¡])"
)
TERMINAL = re.compile(r"[.!?。！？][\"'’”»“)\]]*$")
BOILERPLATE = re.compile(
    r"(?i)^(?:read more|sign up|subscribe|follow us|click here|updated?\b|advertisement|photo\b|image\b|"
    r"video\b|watch:|listen:|related:|see also|this article|this story|copyright|©|share this|"
    r"mehr zum thema|lesen sie|foto:|bild:|anzeige|lea también|lee también|suscríb|síguenos|"
    r"lire aussi|abonnez|crédit|à lire|photo\s:)|"
    r"\b(?:all rights reserved|newsletter|cookies?|contributed to this report|alle rechte vorbehalten|"
    r"todos los derechos|tous droits réservés)\b"
)
# What cannot be understood without the sentence before it.
LEANS = re.compile(
    r"(?i)^[\W_]*(?:but|and|or|so|he|she|they|it|its|his|her|their|this|that|these|those|however|meanwhile|instead|"
    r"also|then|there|such|one|another|both|yet|still|er|sie|es|aber|und|doch|dies\w*|das|dabei|damit|dazu|auch|dort|"
    r"zudem|jedoch|pero|y|él|ella|ellos|esto|est[ea]|es[ea]|además|también|sin embargo|mais|et|il|elle|ils|"
    r"elles|ce|cette|ces|cela|c['’]est|cependant|par ailleurs|en outre)\b"
)
FIRST_PERSON = re.compile(
    r"(?:^|\s)(?:I|I['’]\w+|we|my|our|us|ich|wir|unser\w*|nosotros|nuestr\w+|je|nous|notre)\b"
)
# Reports hold figures and names; comment holds these.
COMMENT = re.compile(
    r"(?i)\b(?:perhaps|of course|in my view|arguably|surely|frankly|let['’]s|imagine|leider|quizás)\b"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be quoted; ``weights`` are those of its terms, ``merit`` 0..1 is how well it
    stands alone, its language included."""

    article: StoryArticle
    family: str
    sentence: Sentence
    terms: Terms
    weights: dict[str, float]
    merit: float


@dataclass(frozen=True, slots=True)
class Refused:
    """A sentence that a check does not let through."""

    article: StoryArticle
    sentence: Sentence
    reason: Reason


def candidates(
    sources: Sources, languages: tuple[str, ...], strictly: bool = False
) -> tuple[list[Candidate], list[Refused]]:
    """All quotable sentences in the order of the log and the texts, and those refused.

    Sentences in ``languages`` are preferred. A headline is a candidate only where its body has none. What has
    nothing to do with the rest of the story is left out, unless nothing would be left; ``strictly`` in all
    cases, and with it what is no report.
    """
    about = relevance(sources)
    refused: list[Refused] = []
    bodies: list[tuple[StoryArticle, list[Candidate]]] = []
    for article in sources.originals:
        whole = list(_of_body(article, languages))
        refused += [each for each in whole if isinstance(each, Refused)]
        bodies.append((article, [each for each in whole if isinstance(each, Candidate)]))
    good = [(article, [each for each in body if _about(each, about, strictly)]) for article, body in bodies]
    if not strictly and not any(body for _, body in good):
        good = bodies
    found: list[Candidate] = []
    for article, body in good:
        titles = _of_headline(article, languages)
        found += body or [each for each in titles if not strictly or _about(each, about, strictly)]
    return found, refused


def _about(candidate: Candidate, about: Relevance, strictly: bool) -> bool:
    asked = about.shows if strictly else about.may_hold
    return asked(candidate.article, candidate.sentence)


def _of_body(article: StoryArticle, languages: tuple[str, ...]) -> Iterator[Candidate | Refused]:
    body = article.excerpt.find("\n") + 1
    if body == 0:
        return
    whole = sentences(article.excerpt, article.language, body)
    for sentence in whole:
        trimmed = _without_dateline(sentence)
        reason = objection(trimmed.text)
        if reason is not None:
            yield Refused(article, trimmed, reason)
        elif _quotable(trimmed.text):
            yield _candidate(article, trimmed, languages, 1.0)


def _of_headline(article: StoryArticle, languages: tuple[str, ...]) -> Iterator[Candidate]:
    line = article.excerpt.split("\n", 1)[0]
    title = line.strip()
    start = len(line) - len(line.lstrip())
    if title and objection(title) is None:
        yield _candidate(article, Sentence(title, start, start + len(title), 0), languages, 0.6)


def _candidate(
    article: StoryArticle, sentence: Sentence, languages: tuple[str, ...], factor: float
) -> Candidate:
    language = 1.0 if article.language in languages else 0.4
    terms = terms_of(sentence.text, article.language)
    return Candidate(
        article=article,
        family=family(article),
        sentence=sentence,
        terms=terms,
        weights=terms.weights,
        merit=round(_merit(sentence) * language * factor, 4),
    )


def _merit(sentence: Sentence) -> float:
    text = sentence.text
    merit = 1 / (1 + 0.15 * sentence.position)
    merit *= 0.55 if LEANS.match(text) else 1.0
    merit *= 0.5 if "?" in text or text.endswith("!") else 1.0
    merit *= 0.6 if FIRST_PERSON.search(text) or COMMENT.search(text) else 1.0
    merit *= 0.75 if text[0] in "\"“„«‘'" else 1.0
    return merit * min(1.0, READABLE / len(text))


def _quotable(text: str) -> bool:
    """Whether a piece is a whole sentence: the excerpt may be cut, and the splitter may err."""
    return (
        SHORTEST <= len(text) <= LONGEST
        and TERMINAL.search(text) is not None
        and not text.endswith(("...", "…"))
        and not BOILERPLATE.search(text)
        and _balanced(text)
    )


def _balanced(text: str) -> bool:
    return (
        text.count('"') % 2 == 0
        and text.count("“") + text.count("„") >= text.count("”")
        and text.count("“") + text.count("”") != 1
        and text.count("«") == text.count("»")
        and text.count("(") == text.count(")")
    )


def _without_dateline(sentence: Sentence) -> Sentence:
    dateline = DATELINE.match(sentence.text)
    if dateline is None:
        return sentence
    cut = dateline.end()
    return Sentence(sentence.text[cut:], sentence.start + cut, sentence.end, sentence.position)
