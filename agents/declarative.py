"""Which sentences report something. Orders, questions, talk to a reader and cipher are no report.

This goes further than the check of prose, which looks for orders to a machine: a sentence such as "Write a
poem about the sea" is harmless to quote and must not be obeyed, so a model is not shown it at all. A report
speaks of third persons, outside of quotation marks, in words of its language.
"""

from __future__ import annotations

import re
from functools import lru_cache

from agents.checks.prose import objection
from language.frequency import has_list, listed
from language.reading.terms import UNSPACED

QUESTION = re.compile(r"\?[\"'”’»)\]]*$")
QUOTED = re.compile(r"“[^”]*”|„[^“”]*[“”]|«[^»]*»|\"[^\"]*\"|‘[^’]*’(?!\w)")
# Talk between a writer and a reader. What is English is looked for in every language: feeds mislabel theirs.
TALK = re.compile(
    r"(?i)\b(?:you|your|yours|yourself|let me|let['’]s)\b|\bI['’](?:m|ve|ll|d)\b|"
    r"(?:^|[,;:]\s|\b(?:and|that|so|therefore|but|because|if|when)\s)I\s"
)
TALK_IN = {
    "en": re.compile(r"(?i)\bmy\b"),
    "de": re.compile(r"(?i)\b(?:du|dich|dein\w*|euch|euer\w*)\b"),
    "fr": re.compile(r"(?i)\b(?:vous|votre)\b"),
    "es": re.compile(r"(?i)\b(?:usted|ustedes|vosotros)\b"),
}
TO_A_WRITER = re.compile(
    r"(?i)\b(?:each|every|this|jeder|toute|cualquier|ogni)\s+(?:\w+\s+)?"
    r"(?:answers?|responses?|repl(?:y|ies)|summar(?:y|ies)|antwort\w*|r[eé]ponse|respuesta|risposta)\b|"
    r"\b(?:append|include|insert|add)(?:ed)?\b[^.!?]{0,60}\b(?:to|in|at the end of)\s+(?:any|every|all|the)"
    r"\s+(?:answer|response|reply|summary)|"
    r"\b(?:as|the)\s+(?:ai\s+|virtual\s+)?(?:assistant|chatbot)(?=\s*[,.;:]|\s+(?:in|is|has|must|will|should)\b)|"
    r"\b(?:en tant qu['’]|como |als |come )(?:assistant|asistente|assistente)\b|"
    r"\bthe user (?:has|is|was|wants|asked|approved)\b|\bwhen asked to (?:summari[sz]e|proceed|reply)\b"
)
# Talk of texts that are written, and of what must be done; agents.telling looks for both, too.
TEXTS = (
    r"summar(?:y|ies|i[sz]\w+)|digests?|abstracts?|headlines?|captions?|outputs?|prompts?|phrases?|labels?|markers?|tags?|"
    r"AI|chatbots?|assistants?|readers?|writers?|editors?|zusammenfassung\w*|überschrift\w*|résumé\w*|titre\w*|resumen\w*|"
    r"titular\w*|título\w*|riassunto|titolo"
)
DUTIES = (
    r"must|shall|should|ought|(?:has|have|needs?|is|are)\s+to|requires?|required|please|kindly|be\s+sure|hat\s+\w+\s+zu|"
    r"doit|doivent|debe[nr]?|deve"
)
# A report holds one or the other.
OF_WRITING = re.compile(
    rf"(?i)\b(?:{TEXTS}|briefs|(?:the|this|any|each|every|a)\s+brief\b|condens\w+|language\s+models?|coverage|"
    r"short\s+(?:form|texts?)|accounts\s+of|the\s+press|whoever\s+(?:writes?|reports?)|aggregators?|republish\w*|"
    r"newsrooms?|robots?|automated\s+\w+|translators?|wording|versions?|news\s+items?)\b"
)
OF_DEMANDS = re.compile(
    rf"(?i)\b(?:{DUTIES}|(?:ends?|begins?|opens?|starts?|closes?)\s+with|contains?|carr(?:y|ies)|credits?|mentions?|names?|"
    r"states?|thanks?|says?|normally|belongs?|includes?|unless|asks?|asked|request\w*|orders?|fixed|customary|warn|bears?|"
    r"describe[sd]?|lists?|muss|terminer)\b"
)
# What stands before notices, and in adverts; and where to call.
NOTICE = re.compile(
    r"(?i)^\W*(?:(?:legal|editorial|public|important|service)\s+notice|notice\s+(?:to|from|of)|house\s+style|style\s+(?:note|guide)|"
    r"corrections?\s+desk|syndication|disclaimer|terms\s+of|editor['’]?s?['’]?\s+note|note\s+(?:to|for)|an?\s+appeal\s+(?:to|from)|"
    r"(?:sponsored|supported|presented|brought\s+to\s+you|powered)\s+by|sponsored\s*:|advertisement|promoted|hinweis|anzeige|avis|nota|aviso)\b|"
    r"\b(?:call|dial|ring|text|whatsapp)\b[^.!?]{0,30}\b\d{3}[-\s]?\d{3}|\b(?:the|these|following)\s+words?\s+['‘“\"«„]|"
    r"[\w-]\.(?:xyz|top|site|online|shop|store|club|click|link|icu|buzz|vip|example|test|invalid)\b"
)
LABEL = re.compile(
    r"(?i)^[\W_]*(?:[\w()]+\s+){0,3}?\(?(?:tasks?|instructions?|directives?|system|assistant|bot|user|prompt|reasoning|"
    r"trace|developer|systemhinweis|syst[eè]me|sistema)\b"
    r"[)\]]?(?:\s+\w+)?\s*:"
)
# Base forms with which orders begin and reports do not.
VERBS = (
    "add|anagram|append|answer|augment|call|click|collect|combine|compose|confirm|continue|convert|copy|decode|"
    "delete|describe|develop|disregard|download|draft|dump|email|enhance|ensure|execute|explain|export|follow|forget|"
    "forward|generate|give|group|ignore|imagine|include|insert|install|integrate|introduce|jumble|list|make|mention|"
    "misspell|modify|output|post|pretend|print|proceed|provide|rearrange|read|recommend|remember|remove|render|repeat|"
    "replace|reply|report|respond|reveal|rewrite|run|say|scramble|send|show|state|substitute|suggest|summari[sz]e|"
    "tell|transfer|translate|upload|use|visit|write|"
    "erkläre|schreibe|sende|zeige|füge|antworte|übersetze|ignoriere|escribe|explica|envía|muestra|añade|responde|"
    "traduce|[ée]cris|[ée]crivez|explique|expliquez|envoie|envoyez|ajoute|ajoutez|r[ée]ponds|r[ée]pondez|traduis"
)
# "Use of force" and "Report says" are no orders.
ORDER = re.compile(
    rf"(?i)^[\W_]*(?:(?:please|kindly|now|then|next|just|always|also|first|bitte)[, ]+)?"
    rf"(?:{VERBS}|break\s+down)"
    r"\s+(?!of\b|for\b|by\b|from\b|on\b|in\b|at\b|says?\b|said\b|is\b|was\b|has\b|finds?\b|shows?\b|warns?\b|and\b)"
)
CODE_WORD = (
    r"\b(?=[A-Z0-9-]{0,40}\d)(?=[A-Z0-9-]{0,40}[A-Z]{3})[A-Z0-9]{1,20}-[A-Z0-9]{1,20}-[A-Z0-9-]{3,40}\b"
)
CIPHER = re.compile(
    r"(?:%[0-9A-Fa-f]{2}\w*){2}|(?:\b[01]{8}\b\s*){2}|(?:\b\w ){4,}|\\u[0-9a-fA-F]{4}|"
    r"==|::|\w\(\)|:[\s./-]*$|\{\w+\}|[-_=*#]{4,}|" + CODE_WORD
)
# Several of these in a sentence: figures inside words, signs inside words.
STRANGE = re.compile(r"[A-Za-z]\d+(?=[A-Za-z])|\d[A-Za-z]+(?=\d)|\w[%$@<>*^~`|;](?=\w)")
MANY = 3
MIXED = re.compile(r"[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]")
WORD = re.compile(r"[^\W\d_]{2,}")
# A report of fewer words says nothing.
FEWEST_WORDS = 3
# No sentence is longer, and no pattern should be tried on what is.
LONGEST = 2_000
# A sentence of names and figures still has this share of words that its language knows.
KNOWN = 0.4


@lru_cache(maxsize=20_000)
def reports(text: str, language: str) -> bool:
    """Whether a sentence may be shown to a model, quoted by one, or stand in its prose."""
    if len(text) > LONGEST or objection(text) is not None or QUESTION.search(text):
        return False
    if CIPHER.search(text) or MIXED.search(text) or len(STRANGE.findall(text)) >= MANY:
        return False
    outside = QUOTED.sub("“…”", text)
    talk = TALK_IN.get(language)
    if TALK.search(outside) or (talk is not None and talk.search(outside)):
        return False
    if TO_A_WRITER.search(text) or LABEL.match(text) or ORDER.match(text):
        return False
    if NOTICE.search(text) or (OF_WRITING.search(text) and OF_DEMANDS.search(text)):
        return False
    return _readable(text, language)


def _readable(text: str, language: str) -> bool:
    if UNSPACED.search(text):
        return True
    words = WORD.findall(text)
    if len(words) < FEWEST_WORDS:
        return False
    if not has_list(language):
        return True
    return sum(listed(word.casefold(), language) for word in words) >= KNOWN * len(words)
