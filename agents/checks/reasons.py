"""Why a statement is dropped or downgraded: a closed list, so that both can be counted."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """The first failing check of a statement or a sentence."""

    # Prose that may not stand.
    LINK = "LINK"
    MARKUP = "MARKUP"
    HIDDEN_TEXT = "HIDDEN_TEXT"
    INSTRUCTION = "INSTRUCTION"
    UNKNOWN_PLACEHOLDER = "UNKNOWN_PLACEHOLDER"
    # Sources.
    UNKNOWN_SOURCE = "UNKNOWN_SOURCE"
    QUOTE_NOT_FOUND = "QUOTE_NOT_FOUND"
    NO_CITATION = "NO_CITATION"
    # What the prose says and no cited text does.
    SPEECH_NOT_IN_SOURCE = "SPEECH_NOT_IN_SOURCE"
    NUMBER_NOT_IN_SOURCE = "NUMBER_NOT_IN_SOURCE"
    DATE_NOT_IN_SOURCE = "DATE_NOT_IN_SOURCE"
    DATE_AFTER_CUTOFF = "DATE_AFTER_CUTOFF"
    NAME_NOT_IN_SOURCE = "NAME_NOT_IN_SOURCE"
    NOT_IN_SOURCE = "NOT_IN_SOURCE"
    NOT_INDEPENDENT = "NOT_INDEPENDENT"
    # No translation came, or not one of each line.
    NOT_TRANSLATED = "NOT_TRANSLATED"
    # Estimative language.
    LIKELIHOOD_UNKNOWN = "LIKELIHOOD_UNKNOWN"
    LIKELIHOOD_MISSING = "LIKELIHOOD_MISSING"
    LIKELIHOOD_IN_FACT = "LIKELIHOOD_IN_FACT"
    LIKELIHOOD_DIFFERS = "LIKELIHOOD_DIFFERS"
    LIKELIHOOD_AND_CONFIDENCE = "LIKELIHOOD_AND_CONFIDENCE"
    # Downgrades only: the statement stays, its confidence is low.
    NUMBER_NOT_IN_QUOTE = "NUMBER_NOT_IN_QUOTE"
    DATE_NOT_IN_QUOTE = "DATE_NOT_IN_QUOTE"
    NAME_NOT_IN_QUOTE = "NAME_NOT_IN_QUOTE"
    DENIAL_DIFFERS = "DENIAL_DIFFERS"
    SPEAKER_DIFFERS = "SPEAKER_DIFFERS"
    CONTRADICTED = "CONTRADICTED"


# What a reader is told of a downgraded statement.
DOWNGRADES = {
    Reason.NUMBER_NOT_IN_QUOTE: "a figure is in the cited text but not in the quoted passage",
    Reason.DATE_NOT_IN_QUOTE: "a date is in the cited text but not in the quoted passage",
    Reason.NAME_NOT_IN_QUOTE: "a name differs from that in the quoted passage",
    Reason.DENIAL_DIFFERS: "it denies what its source affirms, or the other way round",
    Reason.SPEAKER_DIFFERS: "someone else says so in the quoted passage",
    Reason.CONTRADICTED: "another independent source gives another figure",
    Reason.LIKELIHOOD_MISSING: "a judgement without a likelihood",
}
