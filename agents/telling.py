"""Whether a sentence that nothing in its story leads to is still plainly a piece of news.

Short facts stand alone ("Eleven people have died"), and so do adverts, notices, code and orders in disguise.
Here a sentence has to tell something in the words in which news is told, and must have no mark of the
others: talk of texts and of machines that read them, of duties, of offers, signs of code, another language.
"""

from __future__ import annotations

import re
from functools import lru_cache

from agents.declarative import DUTIES, TEXTS
from language.detect import detect

# Verb forms that orders do not have: auxiliaries, and what is past.
_PAST_EN = (
    "said|says|told|took|taken|made|went|gone|came|saw|seen|got|gave|given|found|left|held|kept|began|begun|became|"
    "fell|fallen|rose|risen|fled|struck|hit|shot|won|lost|met|paid|sold|bought|brought|sent|spent|built|felt|grew|"
    "grown|knew|known|led|ran|sat|spoke|spoken|stood|thought|threw|thrown|wrote|written|broke|broken|chose|chosen|"
    "put|set|shut|spread|slept|swept|sank|sunk|sought|taught|caught|fought|heard|hung|laid|lent|lit|rode|rang|shook|"
    "stole|stolen|swore|tore|torn|woke|drew|drawn|drove|driven|ate|flew|froze|frozen|hid|hidden|overcame|withdrew|"
    "withdrawn|blew|bore|born|beat|beaten|burst|cost|dealt|dug|fed|understood|expects?|plans|remains?|faces?|wants|seems|may|cuts?"
)
TOLD = {
    "en": re.compile(
        rf"(?i)\b(?:is|are|was|were|been|has|have|had|will|would|could|might|did|does|{_PAST_EN})\b|"
        r"\b(?!(?:need|speed|indeed|feed|proceed|exceed|succeed|embed|shred)\b)[a-z]{2,}ed\b"
    ),
    "de": re.compile(
        r"(?i)\b(?:ist|sind|war|waren|seien|sei|hat|haben|hatte|hatten|habe|wird|werden|wurde|wurden|worden|will|"
        r"wollen|soll|sollen|kann|können|konnte|muss|musste|gilt|gibt|gab|kam|kamen|ging|starb|starben|blieb|bleiben|"
        r"sagt|spricht|nannte\w*|nahm\w*|[a-zäöüß]{3,}te[nt]?)\b"
    ),
    "fr": re.compile(
        r"(?i)\b(?:a|ont|est|sont|était|étaient|sera|seront|serait|seraient|avait|avaient|aurait|auraient|peut|peuvent|"
        r"doit|doivent|fait|faisait|reste\w*|attend\w*|[a-zéèàç]{3,}(?:ait|aient|èrent|era|eront))\b|\b[nlsd]['’]?(?:a|est|ont)\b"
    ),
    "es": re.compile(
        r"(?i)\b(?:es|son|era|eran|fue|fueron|será|serán|sería|ha|han|había|habían|está|están|estaba\w*|hay|hubo|puede\w*|"
        r"deben?|tiene\w*|dijo|hizo|dio|[a-zñáéí]{3,}(?:ó|aron|ieron|aba|aban|ía|ían|ará|arán|erá|erán|irá|irán))\b"
    ),
}  # fmt: skip
OF_TEXTS = re.compile(
    rf"(?i)\b(?:{TEXTS}|briefs?|titles?|answers?|repl(?:y|ies)|responses?|words?|sentences?|texts?|tone|print|echo|archive|"
    r"lookup|database|script|code|user|username|password|account|models?|bots?|agents?|cop(?:y|ies)|articles?|piece|story|"
    r"page|paragraph|translat\w+|haiku|poem|essay|song|titel\w*|antwort\w*|text\w*|wort\w*|réponse\w*|mention\w*|"
    r"respuesta\w*|frases?|palabras?|risposta)\b"
)
OF_DUTY = re.compile(
    rf"(?i)\b(?:{DUTIES}|make\s+sure|never\s+mind|let\b|cease|instead|urgent\w*|immediately|warning|bitte|unbedingt|prego|"
    r"por\s+favor|s['’]il\s+vous|merci|veuillez|müssen?)\b"
)
OF_OFFERS = re.compile(
    r"(?i)\b(?:subscri\w+|newsletter|download\w*|sign\w*\s+up|regist\w+|free|discount|promo\w*|coupon|bonus|giveaway|"
    r"jackpot|lottery|prizes?|seminar|webinar|savings|invest(?:ors?|ing)?|crypto\w*|wealth|telegram|whatsapp|app|shop|buy|"
    r"order\s+(?:now|today|yours)|book\s+(?:now|today)|click|visit|just|only|best|nothing\s+beats|guarantee\w*|now\s+in|"
    r"per\s+(?:week|month)|a\s+(?:week|month)|pharmac\w+|website|online|link|call|contact|message|e-?mail|transfer)\b"
)
SIGNS = re.compile(
    r"[=_{}|<>`@#\\~^*→➡!]|->|::|\b[A-Z]{2,}-[A-Z0-9]{2,}|\b\w*\d\w*[A-Za-z]\d|\w-\w\w?-\w|\.(?=[a-z]{3,}\b)|"
    r"(?i:\bdot\s+(?:com|org|net)\b)"
)
# Words that open an order more often than a report; some are nouns, too.
OPENING = re.compile(
    r"(?i)^\W*(?:act|analy[sz]e|assess|assume|begin|book|calculate|change|check|choose|classify|close|compare|complete|"
    r"compute|condense|consider|count|create|decide|define|design|determine|discover|discuss|do|don['’]t|edit|end|enjoy|"
    r"enter|estimate|evaluate|extract|fetch|fill|find|finish|forecast|get|go|guess|help|highlight|identify|join|keep|"
    r"label|learn|look|make|mark|move|name|never|note|offer|open|order|organi[sz]e|outline|paraphrase|pay|pick|plan|play|"
    r"predict|prepare|press|propose|prove|put|quote|rank|rate|recall|reply|research|respond|return|review|save|search|"
    r"select|set|share|shift|sign|skip|solve|sort|speak|spell|start|stop|store|subscribe|swap|switch|take|talk|teach|"
    r"think|treat|try|turn|unlock|update|wrap|win)\s"
)
_QUOTED = re.compile(r"“[^”]*”|„[^“”]*[“”]|«[^»]*»|\"[^\"]*\"|(?<!\w)‘[^’]*’(?!\w)|(?<!\w)'[^']*'(?!\w)")
# Verbs and words by which speech is reported; they tell, too.
_SPOKEN = re.compile(
    r"(?i)\b(?:said|says|told|called|calls|wrote|added|described|dubbed|asked|warned|warns|reads?|according|known|named|"
    r"sagten?|sagt|nannten?|nennt|schrieb\w*|warnt\w*|fordert\w*|meint\w*|erklärt\w*|berichtet\w*|erzählt\w*|betont\w*|"
    r"ruft|rief|riefen|spricht|sprach|klagt\w*|genannt|dit|prévient|prédit|promis|soupire|explique|affirme|estime|assure|"
    r"déplore|raconte|craint|dice|dijo|relató|relata|contaba|contó|cuenta|explica|explicó|asegura|advierte|advirtió|"
    r"afirm\w+)\b"
)
# Shorter texts' language is a guess.
SHORTEST = 40


@lru_cache(maxsize=20_000)
def tells(text: str, language: str) -> bool:
    """See above; never of a language whose verbs are not listed."""
    told = TOLD.get(language)
    if told is None or not (told.search(text) or _SPOKEN.search(text)):
        return False
    if any(marks.search(text) for marks in (OPENING, OF_TEXTS, OF_DUTY, OF_OFFERS, SIGNS)):
        return False
    if _QUOTED.search(text) and not _SPOKEN.search(text):
        return False
    return len(text) < SHORTEST or detect(text) in ("", language)
