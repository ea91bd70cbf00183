"""What a parser's process answers: JSON of a document, or why there is none. Pure.

The process has read hostile bytes, and a fault in a parser written in C could have made it anyone's. So
its answers are of a form that can do nothing but hold values, and are held to the same bounds again.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from producers.parse import EARLIEST_MS, LATEST_MS, Document, Entry, Unreadable
from schemas import limits
from schemas.strings import sanitised


def _text(most: int) -> StringConstraints:
    return StringConstraints(max_length=most)


class NoAnswer(ValueError):
    """What came is no answer of a parser as it should be."""


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _Entry(_Strict):
    guid: Annotated[str, _text(limits.GUID_CHARACTERS)]
    url: Annotated[str, _text(limits.URL_CHARACTERS)]
    title: Annotated[str, _text(limits.TITLE_CHARACTERS)]
    # Longer than TEXT_CHARACTERS it becomes a dead letter that says how long it is.
    body: str
    authors: list[Annotated[str, _text(limits.NAME_CHARACTERS)]] = Field(max_length=limits.AUTHORS)
    categories: list[Annotated[str, _text(limits.NAME_CHARACTERS)]] = Field(max_length=limits.CATEGORIES)
    published_at: Annotated[int, Field(ge=EARLIEST_MS, lt=LATEST_MS)] | None
    position: Annotated[int, Field(ge=0, lt=limits.DOCUMENT_ENTRIES)]
    page: Annotated[str, _text(limits.URL_CHARACTERS)]


class _Document(_Strict):
    language: Annotated[str, _text(limits.LANGUAGE_CHARACTERS)]
    site_url: Annotated[str, _text(limits.URL_CHARACTERS)]
    ttl_s: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    entries: list[_Entry] = Field(max_length=limits.DOCUMENT_ENTRIES)
    parser: Literal["fastfeedparser", "feedparser"]


class _Answer(_Strict):
    document: _Document | None = None
    unreadable: Annotated[str, _text(limits.REASON_CHARACTERS)] = ""


def encoded(answer: Document | Unreadable) -> bytes:
    """As ``decoded`` reads it."""
    if isinstance(answer, Unreadable):
        return json.dumps({"unreadable": sanitised(str(answer), limits.REASON_CHARACTERS)}).encode()
    return json.dumps({"document": asdict(answer)}).encode()


def decoded(answer: bytes) -> Document | Unreadable:
    """Raises NoAnswer for anything that no parser says."""
    try:
        said = _Answer.model_validate_json(answer)
    except ValidationError as error:
        # Its own words repeat what was said.
        raise NoAnswer(f"{error.error_count()} faults in what a parser answered") from None
    if said.document is None:
        return Unreadable(said.unreadable)
    fields = dict(said.document)
    fields["entries"] = tuple(_entry(each) for each in said.document.entries)
    return Document(**fields)


def _entry(said: _Entry) -> Entry:
    fields = dict(said)
    return Entry(**fields | {"authors": tuple(said.authors), "categories": tuple(said.categories)})
