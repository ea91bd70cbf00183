"""Why a statement is dropped: a closed list, so that drops can be counted."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """The first failing check of a statement or a sentence."""

    QUOTE_NOT_FOUND = "QUOTE_NOT_FOUND"
    UNKNOWN_SOURCE = "UNKNOWN_SOURCE"
    NO_CITATION = "NO_CITATION"
    LINK = "LINK"
    MARKUP = "MARKUP"
    HIDDEN_TEXT = "HIDDEN_TEXT"
    INSTRUCTION = "INSTRUCTION"
