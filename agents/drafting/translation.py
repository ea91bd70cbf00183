"""Titles and leads of cited sources in a language that the desk does not read, translated by a small model.

A request holds the lines and the language and nothing of the story, so what is recorded of it is the cache:
another brief, another desk that reads the same language, and a replay ask nobody. A translation is read
beside the quote and never quoted: what it says must stand in its own line of the original, by the same
checks as a statement.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from anthropic import transform_schema

from agents.checks import gate
from agents.checks.reasons import Reason
from agents.checks.setting import Setting, SourceKey, source_key
from agents.drafting.items import NONCE, Item
from agents.drafting.requests import Request
from agents.drafting.shapes import Translated
from agents.drafting.steps import Steps
from agents.model import ModelFailed
from desks import Desk
from schemas.identity import hash_of
from schemas.records import DroppedStatement, Statement, StatementKind, Translation

STEP = "translate"
# What is read of a source beside its quote: its title and its lead.
LINES = 2
ANYWHERE = "en"


@dataclass(frozen=True, slots=True)
class Found:
    """Translations that stand, and those that do not, each with its reason."""

    translations: tuple[Translation, ...] = ()
    dropped: tuple[DroppedStatement, ...] = ()


def foreign(items: Iterable[Item], desk: Desk) -> list[Item]:
    """Items in a known language that the desk does not read; a desk that names none reads English."""
    read = desk.languages or (ANYWHERE,)
    return [each for each in items if each.article.language and each.article.language not in read]


async def translations(
    items: Iterable[Item], cited: Collection[SourceKey], desk: Desk, setting: Setting, steps: Steps, told: str
) -> Found:
    """Of those items that are cited. ``told`` is the prompt. What a model fails to translate is left out,
    and why is told; raises no ModelFailed."""
    language = (desk.languages or (ANYWHERE,))[0]
    wanted = [each for each in foreign(items, desk) if source_key(each.article) in cited]
    found = await asyncio.gather(*(_one(each, language, setting, steps, told) for each in wanted))
    return Found(
        tuple(each for each in found if isinstance(each, Translation)),
        tuple(each for each in found if isinstance(each, DroppedStatement)),
    )


def request(lines: Sequence[str], language: str, told: str, model: str, max_tokens: int) -> Request:
    """The same for the same lines, whatever they are wanted for."""
    nonce = hash_of([language, *lines])[:NONCE]
    # So that no line can end the list.
    listed = json.dumps(list(lines), ensure_ascii=False).replace("<", "\\u003c")
    task = f"Translate into the language of ISO 639-1 code {language}."
    asked = f"<lines-{nonce}>\n{listed}\n</lines-{nonce}>\n{task}"
    return {
        "model": model,
        "max_tokens": max_tokens,
        "system": [{"type": "text", "text": told}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": asked}]}],
        "output_config": {"format": {"type": "json_schema", "schema": transform_schema(Translated)}},
    }


def objection(item: Item, lines: Sequence[str], setting: Setting) -> Reason | None:
    """Why a translation of an item's first lines may not be shown: each must say what its own line says."""
    originals = _lines(item)
    if len(lines) != len(originals):
        return Reason.NOT_TRANSLATED
    cited = [item.cite(each) for each in originals]
    statements = [
        Statement(kind=StatementKind.FACT, text=line, citations=(citation,) if citation else ())
        for line, citation in zip(lines, cited, strict=True)
    ]
    gated = gate(statements, {source_key(item.article): item.article.excerpt}, setting)
    if gated.dropped:
        return Reason(gated.dropped[0].reason)
    return next((each.reason for each in gated.downgraded), None)


async def _one(
    item: Item, language: str, setting: Setting, steps: Steps, told: str
) -> Translation | DroppedStatement:
    article_id, version, content_hash = source_key(item.article)
    settings = steps.settings
    asked = request(_lines(item), language, told, settings.small_model, settings.max_tokens)
    try:
        lines = (await steps.ask(STEP, asked, Translated)).lines
    except ModelFailed:
        return _dropped(item, Reason.NOT_TRANSLATED)
    reason = objection(item, lines, replace(setting, language=language))
    if reason is not None:
        return _dropped(item, reason)
    return Translation(
        article_id=article_id,
        version=version,
        content_hash=content_hash,
        source_language=item.article.language,
        language=language,
        lines=tuple(lines),
    )


def _dropped(item: Item, reason: Reason) -> DroppedStatement:
    """Named by its source only: its words are why it is dropped."""
    return DroppedStatement(text=f"translation of {item.article.article_id}", reason=reason.value)


def _lines(item: Item) -> list[str]:
    return [each.text for each in item.shown[:LINES]]
