"""What a tool gives back to a model: cleaned, capped, marked off. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from agents.declarative import reports
from language.reading.sentences import sentences

WITHHELD = "[withheld]"
CUT = "… [cut]"
# Names of fields whose text an outsider wrote; the rest is ours or a number.
FREE_TEXT = frozenset(
    {"title", "excerpt", "snippet", "headline", "bottom_line", "text", "quote", "change", "lead"}
)


def safe_text(text: str, language: str) -> str:
    """The sentences that report something; what hides, orders or asks is named as withheld."""
    kept = [
        each.text if reports(each.text, language) else WITHHELD for each in sentences(text, language or "en")
    ]
    return " ".join(kept)


def safe(value: Any, language: str = "en") -> Any:
    """The same value with all free text made safe. A mapping's own ``language`` counts for its texts."""
    if isinstance(value, Mapping):
        spoken = str(value.get("language") or language)
        return {
            name: safe_text(each, spoken)
            if name in FREE_TEXT and isinstance(each, str)
            else safe(each, spoken)
            for name, each in value.items()
        }
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [safe(each, language) for each in value]
    return value


def rendered(value: Any, most: int) -> str:
    """One line of JSON, cut after so many characters."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text if len(text) <= most else text[: most - len(CUT)] + CUT


def block(use_id: str, name: str, text: str, nonce: str, is_error: bool) -> dict[str, Any]:
    """The ``tool_result``."""
    said = f"<result-{nonce} tool={json.dumps(name)}>\n{text}\n</result-{nonce}>"
    return {"type": "tool_result", "tool_use_id": use_id, "is_error": is_error, "content": said}
