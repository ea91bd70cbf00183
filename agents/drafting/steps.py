"""The steps that ask a model: each one request, its rounds of tools, and an answer in shape."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel

from agents.drafting.requests import Request, continued
from agents.drafting.settings import WriterSettings
from agents.model import Answer, ModelFailed
from agents.model.answers import ToolUse, parsed
from agents.money.budget import Account
from agents.money.ledger import Purpose

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Errand:
    """For whom tools run and calls are paid: ids, and the information cut-off (logged, epoch ms)."""

    story_id: str
    account: Account
    as_of: int
    nonce: str
    article_ids: tuple[str, ...]


class Gateway(Protocol):
    """Who answers requests; see agents.model.ModelGateway."""

    async def ask(self, request: Mapping[str, Any], purpose: Purpose) -> Answer:
        """Raises ModelFailed."""


class Tools(Protocol):
    """What a model may use."""

    @property
    def definitions(self) -> Sequence[Mapping[str, Any]]:
        """As a request lists them, always in the same order."""

    async def run(self, use: ToolUse, of: Errand) -> Mapping[str, Any]:
        """The ``tool_result`` block; what goes wrong is one too."""


@dataclass(slots=True)
class Tally:
    """What a brief's answers were and cost."""

    hashes: set[str] = field(default_factory=set)
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal = Decimal(0)

    def add(self, answer: Answer) -> None:
        """An answer that is used twice counts once."""
        if answer.request_hash not in self.hashes:
            self.hashes.add(answer.request_hash)
            self.input_tokens += answer.usage.input
            self.output_tokens += answer.usage.output
            self.cost += answer.cost


@dataclass(frozen=True, slots=True)
class Steps:
    """Asks for one assignment."""

    gateway: Gateway
    settings: WriterSettings
    of: Errand
    tally: Tally

    async def ask(self, step: str, request: Request, shape: type[M], tools: Tools | None = None) -> M:
        """An answer in shape, within the step's time. Raises ModelFailed."""
        try:
            async with asyncio.timeout(self.settings.step_s):
                answer = await self._conversation(step, request, tools)
        except TimeoutError as error:
            raise ModelFailed(f"{step} took longer than {self.settings.step_s:g} s") from error
        return parsed(answer, shape)

    async def _conversation(self, step: str, request: Request, tools: Tools | None) -> Answer:
        rounds = self.settings.tool_rounds if tools is not None else 0
        for n in range(rounds + 1):
            answer = await self._one(step, request)
            if answer.stop_reason != "tool_use" or tools is None or n == rounds:
                break
            results = await self._run(tools, answer.tool_uses)
            request = continued(request, answer.content, results, last=n + 1 == rounds)
        if answer.stop_reason == "tool_use":
            raise ModelFailed(f"{step} asked for tools instead of answering")
        return answer

    async def _run(self, tools: Tools, uses: Sequence[ToolUse]) -> list[Mapping[str, Any]]:
        allowed = uses[: self.settings.tool_calls]
        results = list(await asyncio.gather(*(tools.run(use, self.of) for use in allowed)))
        over: list[Mapping[str, Any]] = [
            {
                "type": "tool_result",
                "tool_use_id": use.id,
                "is_error": True,
                "content": "too many calls at once",
            }
            for use in uses[self.settings.tool_calls :]
        ]
        return results + over

    async def _one(self, step: str, request: Request) -> Answer:
        purpose = Purpose(self.of.story_id, self.of.account, step, self.of.article_ids)
        answer = await self.gateway.ask(request, purpose)
        self.tally.add(answer)
        return answer
