"""What may not stand in a brief's prose: links, markup, hidden characters, orders to a reader's machine.

Feeds are untrusted. A sentence that fails is not quoted; a text that gives orders to an assistant
is not quoted at all, for what surrounds the order may be a part of it.
"""

from __future__ import annotations

import re
import unicodedata

from agents.checks.reasons import Reason

# Patterns are looked for, so one character is enough of a run that may stand before what tells: whoever
# writes 100,000 dashes must not be read from each of them to the end.
LINK = re.compile(
    r"(?i)\b[a-z][a-z0-9+.-]{1,15}://|\bwww\.\w|\bmailto:|\bdata:[a-z]+/|\bjavascript:|\bt\.co/\w|"
    r"[\w-]\.(?:com|org|net|info|biz|io|ai|dev|app|xyz|top|site|online|ru|cn|example|test|invalid)"
    r"(?=/|:\d)|[\w.+-]@[\w-]+\.[a-z]{2}|\bhxxps?\b"
)
# The writers' own placeholders, ``[rail:…]``, are taken out before prose is looked at: in a source they are
# an outsider's.
MARKUP = re.compile(
    r"</?[a-zA-Z!][^<>]*>|<!--|-->|&(?:[a-zA-Z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,5});|\[[^\[\]]*\]\(|```|\{\{|\}\}|"
    r"\[/?(?:INST|SYSTEM|ASSISTANT|USER)\b|\[rail:|<\|[^|]{1,40}\|>|^\s{0,3}#{1,6}\s"
)
# A word this long is no word of a news text, but an encoded payload.
BLOB = re.compile(r"[A-Za-z0-9+/=_-]{60,}")
# White space, the soft hyphen, and the joiners that scripts and emoji need.
ALLOWED = frozenset("\n\t\u00ad\u200c\u200d")
INSTRUCTIONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Take back what was said before: en, de, es, fr.
        r"\b(?:ignore|disregard|forget|override|bypass|discard)\b[^.!?\n]{0,40}\b(?:previous|prior|above|earlier|preceding|"
        r"system|your|all|any|the)\b[^.!?\n]{0,30}\b(?:instruction|prompt|rule|directive|guideline|command|message|"
        r"polic(?:y|ies)\b[^.!?\n]{0,20}\bgiven|context)s?\b",
        r"\bdisregard\s+(?:everything|all|anything)\s+(?:above|before|prior|previous)",
        r"\bignorier\w*\b[^.!?\n]{0,50}\b(?:anweisung|instruktion|vorgabe|befehl|regel)\w*",
        r"\b(?:ignora|ignore|olvida|descarta)\w*\b[^.!?\n]{0,50}\b(?:instrucci|indicaci|[oó]rdenes|reglas)\w*",
        r"\b(?:ignor|oubli)\w*\b[^.!?\n]{0,50}\b(?:instruction|consigne|directive|r[eè]gle)s?\b",
        # Speak to a model as to a model.
        r"\b(?:system|developer)\s+(?:prompt|message|override|instruction)s?\b",
        r"^\s*(?:\W{0,3})(?:system|assistant|user|ai|human)\s*(?:\]|:|>)",
        r"\b(?:note|attention|message|important|instructions?)\b[^.!?\n]{0,20}\b(?:to|for)\s+(?:the\s+|any\s+|all\s+)?"
        r"(?:ai|llms?|assistants?|language\s+models?|chatbots?|agents?|summari[sz]ers?)\b",
        r"\b(?:as|if\s+you\s+are|dear|hey)\s+(?:an?\s+)?(?:ai|llm|language\s+model|chatbot|ai\s+assistant)\b[^.!?\n]{0,40}"
        r"\b(?:you|must|should|please)\b",
        r"\byou\s+are\s+now\s+(?:an?\s+|in\s+|the\s+)?(?:\w+\s+){0,3}(?:mode|model|assistant|ai|unrestricted|dan|persona|agent)\b",
        r"\bfrom\s+now\s+on,?\s+you\b",
        r"\b(?:enter|enable|activate)\w*\s+(?:developer|debug|god|dan|jailbreak|unrestricted)\s+mode\b",
        # Ask it to do something here and now.
        r"\b(?:reveal|print|output|repeat|leak|show|dump)\b[^.!?\n]{0,30}\b(?:your|the)\s+(?:\w+\s+){0,2}"
        r"(?:system\s+prompt|prompt|instructions|api\s+keys?|credentials|secrets?|password)\b",
        r"\b(?:instead|only|just|simply)\b[^.!?\n]{0,20}\b(?:output|reply|respond|answer|say|write|print)\s+(?:with|only|exactly)\b",
        r"\b(?:output|reply|respond|answer)\s+(?:only\s+)?(?:with|exactly|as\s+follows)\b[^.!?\n]{0,60}"
        r"\b(?:nothing\s+else|and\s+only|verbatim|exactly|token)\b",
        r"\b(?:do\s+not|don't|never)\s+(?:tell|inform|mention|reveal|alert|notify)\b[^.!?\n]{0,30}\b(?:the\s+)?user\b",
        r"\b(?:call|invoke|execute|run|use)\s+(?:the\s+)?[\w.-]*(?:(?<=\S)\s+)?(?:tool|function|api)\b[^.!?\n]{0,40}\b(?:with|to|and)\b",
        r"\b(?:send|forward|post|exfiltrate|upload)\b[^.!?\n]{0,50}\b(?:conversation|chat\s+history|system\s+prompt|"
        r"api\s+keys?|credentials)\b",
        r"\b(?:act\s+as|pretend\s+(?:to\s+be|you\s+are)|respond\s+as)\b[^.!?\n]{0,40}"
        r"\b(?:ai|model|assistant|if\s+you|no\s+(?:rules|limits|filters?))\b",
        r"\b(?:ai|llm)\s+(?:\w+\s+)?(?:agents?|systems?|assistants?|models?)\s+(?:processing|reading|integrating|summari[sz]ing)\b",
        r"\bcall\s+(?:the\s+)?[a-z]+_[a-z_]+\b",
        r"\bdecode\b[^.!?\n]{0,60}\b(?:follow|do|execute|obey|run)\b",
        r"\b(?:before\s+you\s+(?:reply|respond|answer)|you\s+are\s+hereby\s+instructed|instructions?\s+you\s+were\s+given)\b",
        r"\b(?:every|each|your)\s+(?:response|reply|answer|summary|report)s?\s+(?:with|you\s+generate)\b",
        r"\b(?:safety|content)\s+(?:protocols?|checks?|filters?|restrictions?)\s+(?:are\s+)?(?:disabled|off|lifted)\b",
        # The same in German, Spanish, French and Italian.
        r"\bvergiss\b[^.!?\n]{0,40}\b(?:alles|anweisungen)\b|\b(?:du\s+bist|ihr\s+seid)\s+(?:jetzt|ab\s+jetzt|nun)\s+"
        r"(?:ein|uneingeschränkt|im)\b|\bab\s+jetzt\s+(?:hast|bist|antwortest)\s+du\b",
        r"\b(?:revela|rivela|muestra|mostra|r[eé]v[eè]le)\w*\b[^.!?\n]{0,40}\b(?:instrucciones|istruzioni|instructions|prompt)\b",
        r"\bignora\b[^.!?\n]{0,40}\bistruzioni\b|\bmodo\s+(?:desarrollador|sin\s+restricciones)\b|"
        r"\btu\s+es\s+(?:maintenant|désormais)\s+(?:une?\s+)?(?:ia|assistant|modèle)\b",
        r"\b(?:summary|brief|response|answer)\s+(?:must|should|has\s+to)\s+(?:say|state|include|begin|start|end|contain)\b",
        r"\b(?:include|add|insert|append)\b[^.!?\n]{0,40}\b(?:in|to|into)\s+(?:your|the)\s+(?:summary|brief|response|answer|output)\b",
    )
)


def objection(text: str) -> Reason | None:
    """Why this text may not stand in a brief's prose; None when it may."""
    if _hides(text):
        return Reason.HIDDEN_TEXT
    if MARKUP.search(text):
        return Reason.MARKUP
    if LINK.search(text):
        return Reason.LINK
    if BLOB.search(text) or orders(text):
        return Reason.INSTRUCTION
    return None


def orders(text: str) -> bool:
    """Whether the text reads like instructions to a machine that reads it."""
    plain = unicodedata.normalize("NFKC", "".join(c for c in text if unicodedata.category(c) != "Cf"))
    return any(pattern.search(plain) for pattern in INSTRUCTIONS)


def _hides(text: str) -> bool:
    """Characters that a reader does not see: controls, bidi, zero-width, tags, private use, and the
    variation selectors that no letter takes."""
    return any(
        "\U000e0100" <= character <= "\U000e01ef"
        or (unicodedata.category(character) in ("Cf", "Co", "Cs", "Cc") and character not in ALLOWED)
        for character in text
    )
