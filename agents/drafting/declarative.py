"""Which sentences report something. Orders, questions and cipher are no report, whoever they are meant for.

This goes further than the check of prose, which looks for orders to a machine: a sentence such as "Write a
poem about the sea" is harmless to quote and must not be obeyed, so a model is not shown it at all.
"""

from __future__ import annotations

import re

from agents.checks.prose import objection
from language.frequency import has_list, listed

QUESTION = re.compile(r"\?[\"'’”»)\]]*$")
TO_A_WRITER = re.compile(
    r"(?i)\b(?:your|this|each|every)\s+(?:\w+\s+)?(?:answers?|responses?|repl(?:y|ies)|outputs?|summar(?:y|ies))\b|"
    r"\b(?:append|include|insert|add)(?:ed)?\b[^.!?]{0,60}\b(?:to|in|at the end of)\s+(?:any|every|all|the)"
    r"\s+(?:answer|response|reply|summary)|"
    r"\b(?:deine|eure|ihre|jeder|ta|votre|toute|tu|su|cualquier|tua|ogni)\s+"
    r"(?:antwort\w*|r[eé]ponse|respuesta|risposta)\b"
)
# Base forms with which orders begin and reports do not.
VERBS = (
    "add|anagram|append|answer|augment|call|click|collect|combine|compose|convert|copy|decode|delete|describe|"
    "develop|disregard|download|draft|dump|email|enhance|ensure|execute|explain|export|follow|forget|forward|generate|"
    "give|group|ignore|imagine|include|insert|install|integrate|introduce|jumble|list|make|mention|misspell|modify|"
    "output|post|pretend|print|proceed|provide|rearrange|read|recommend|remember|remove|render|repeat|replace|reply|"
    "report|respond|reveal|rewrite|run|say|scramble|send|show|state|substitute|suggest|summari[sz]e|tell|transfer|"
    "translate|upload|use|visit|write|"
    "erkläre|schreibe|sende|zeige|füge|antworte|übersetze|ignoriere|escribe|explica|envía|muestra|añade|responde|"
    "traduce|[ée]cris|[ée]crivez|explique|expliquez|envoie|envoyez|ajoute|ajoutez|r[ée]ponds|r[ée]pondez|traduis"
)
# "Use of force" and "Report says" are no orders.
ORDER = re.compile(
    rf"(?i)^[\W_]*(?:(?:please|kindly|now|then|next|just|always|also|first|bitte)[, ]+)?"
    rf"(?:{VERBS}|break\s+down)"
    r"\s+(?!of\b|for\b|by\b|from\b|on\b|in\b|at\b|says?\b|said\b|is\b|was\b|has\b|finds?\b|shows?\b|warns?\b|and\b)"
)
WORD = re.compile(r"\w{3,}")
# A sentence of names and figures still has this share of words that its language knows.
KNOWN = 0.4


def reports(text: str, language: str) -> bool:
    """Whether a sentence may be shown to a model, quoted by one, or stand in its prose."""
    return (
        objection(text) is None
        and not QUESTION.search(text)
        and not TO_A_WRITER.search(text)
        and not ORDER.match(text)
        and _readable(text, language)
    )


def _readable(text: str, language: str) -> bool:
    words = [word for word in WORD.findall(text) if not word.isdigit()]
    if not has_list(language) or not words:
        return True
    return sum(listed(word.casefold(), language) for word in words) >= KNOWN * len(words)
