"""Runs tools for a model: only those of the registry, with valid arguments, recorded, audited, never raising.

A result is recorded like an answer, under tool, arguments and cut-off, and not under the lane: a replay sees
what was known then, whatever its own archive holds. Errors are recorded too, or a replay would ask anew.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from weakref import WeakValueDictionary

from pydantic import ValidationError

from agents.checks.prose import objection
from agents.drafting.steps import Errand
from agents.model.answers import ToolUse
from agents.model.recordings import Recordings
from agents.tools.archive import Archive, Arguments
from agents.tools.reader import ReaderApi, ToolFailed
from agents.tools.registry import Asked, Rail, Tool, registry
from agents.tools.results import block, rendered, safe
from agents.tools.settings import ToolSettings
from schemas.identity import event_id, hash_of
from schemas.records import AgentEvent, AgentEventKind, RecordedResponse
from telemetry import metrics
from telemetry.logs import logger
from topics.lane import Lane

DONE, FAILED, REFUSED = "done", "error", "refused"
OK, ERROR = 200, 500
AUDITED = 400

log = logger("agents.tools")


class Toolbox:
    """See agents.drafting.steps.Tools."""

    def __init__(
        self,
        lane: Lane,
        settings: ToolSettings,
        recordings: Recordings,
        audit: Callable[[AgentEvent], Awaitable[None]],
        now_ms: Callable[[], int],
        rail: Rail,
    ) -> None:
        self._settings = settings
        self._api = ReaderApi(settings)
        self._tools = registry(Archive(self._api, lane.name, settings.most_results), rail)
        self._recordings = recordings
        self._audit = audit
        self._now_ms = now_ms
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def definitions(self) -> Sequence[Mapping[str, Any]]:
        """As requests list them."""
        return [tool.definition for tool in self._tools.values()]

    async def run(self, use: ToolUse, of: Errand) -> Mapping[str, Any]:
        """The ``tool_result`` block. Raises only what the log raises."""
        tool = self._tools.get(use.name)
        if tool is None:
            await self._tell(use, of, REFUSED)
            return block(use.id, "none", "there is no such tool", of.nonce, is_error=True)
        try:
            given = _valid(tool, use.given)
        except ToolFailed as error:
            await self._tell(use, of, REFUSED)
            return block(use.id, tool.name, str(error), of.nonce, is_error=True)
        response = await self._recorded(tool, Asked(given, of.account.desk, of.as_of))
        failed = response.status != OK
        await self._tell(use, of, FAILED if failed else DONE, response.request_hash)
        return block(use.id, tool.name, response.body.decode(), of.nonce, is_error=failed)

    async def close(self) -> None:
        """Gives connections back."""
        await self._api.close()

    async def _recorded(self, tool: Tool, asked: Asked) -> RecordedResponse:
        wanted = hash_of(
            {
                "tool": tool.name,
                "version": tool.version,
                "arguments": asked.given.model_dump(),
                "desk": asked.desk,
                "as_of": asked.as_of,
            }
        )
        # Workers ask the same at once; two results would make requests that no replay could repeat.
        lock = self._asking.setdefault(wanted, asyncio.Lock())
        async with lock:
            known = await self._recordings.find(wanted)
            if known is None:
                known = await self._ask(tool, asked, wanted)
                await self._recordings.keep(known)
            return known

    async def _ask(self, tool: Tool, asked: Asked, wanted: str) -> RecordedResponse:
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                found = await tool.answer(asked)
            status, text = OK, rendered(safe(found), self._settings.most_characters)
        except ToolFailed as error:
            found, status, text = {}, ERROR, str(error)
        except TimeoutError:
            found, status, text = {}, ERROR, "the archive did not answer in time"
        return RecordedResponse(
            request_hash=wanted,
            recorded_at=self._now_ms(),
            endpoint=f"tool:{tool.name}",
            status=status,
            body=text.encode(),
            article_ids=tuple(sorted(_articles(found))),
        )

    async def _tell(self, use: ToolUse, of: Errand, outcome: str, request_hash: str = "") -> None:
        name = use.name if use.name in self._tools else "unknown"
        metrics.TOOL_CALLS.labels(tool=name, outcome=outcome).inc()
        if outcome == REFUSED:
            log.warning("a tool call is refused", brief_id=of.account.brief_id)
        given = json.dumps({"tool": use.name, "arguments": dict(use.given)}, ensure_ascii=False)
        await self._audit(
            AgentEvent(
                event_id=event_id("TOOL_CALL", of.account.brief_id, outcome, request_hash or hash_of(given)),
                story_id=of.story_id,
                brief_id=of.account.brief_id,
                desk=of.account.desk,
                kind=AgentEventKind.TOOL_CALL,
                at=self._now_ms(),
                reason=outcome,
                detail=given[:AUDITED],
                request_hash=request_hash,
            )
        )


def _valid(tool: Tool, given: Mapping[str, Any]) -> Arguments:
    """Raises ToolFailed, which names the argument and repeats none of it."""
    try:
        arguments = tool.arguments.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise ToolFailed(f"wrong arguments: {place or 'all'} ({first['type']})") from error
    if any(isinstance(each, str) and objection(each) for each in arguments.model_dump().values()):
        raise ToolFailed("wrong arguments: links, markup and orders are no question")
    return arguments


def _articles(found: Mapping[str, Any]) -> set[str]:
    """Ids of the articles that a result holds text of."""
    ids: set[str] = set()
    for each in [found, *found.get("results", []), *found.get("articles", [])]:
        if "excerpt" in each or each.get("kind", "article") == "article":
            ids |= {str(each["id"])} if "id" in each else set()
    return ids
