"""What writing briefs would ask of models, found out without asking anyone.

The writer runs on recorded answers alone. A brief whose requests are all recorded is walked to its end;
where one is not, the brief's way ends there, and what may follow is counted as the most that its kind of
brief can ask. Pure but for the recordings.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from agents.drafting.items import items_of, material, nonce_of
from agents.drafting.plans import MOST
from agents.drafting.settings import WriterSettings
from agents.drafting.shapes import WORKERS, Lead
from agents.drafting.translation import STEP as TRANSLATE
from agents.drafting.translation import foreign
from agents.drafting.writer import ModelWriter
from agents.evaluate import recipe
from agents.foreseen import NOTHING, Foreseen
from agents.model.answers import Answer, read, request_hash
from agents.model.client import BYTES_A_TOKEN
from agents.model.recordings import RecordedOnly, Unrecorded
from agents.money.ledger import Purpose
from agents.money.prices import Prices
from agents.work import Work
from schemas.identity import brief_id

# A character takes no more bytes than this.
BYTES_A_CHARACTER = 4


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one brief, US dollars; and of one result of a tool, characters."""

    per_brief_usd: Decimal
    most_characters: int


@dataclass(slots=True)
class _Way:
    """How far a brief came: answers by step, why each step's last one stopped, requests without one."""

    recorded: set[str] = field(default_factory=set)
    answered: Counter[str] = field(default_factory=Counter)
    stopped: dict[str, str] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)


class DryGateway:
    """Answers from the record; see agents.drafting.steps.Gateway. Raises Unrecorded for all else."""

    def __init__(self, endpoint: str, recordings: RecordedOnly) -> None:
        self._endpoint = endpoint
        self._recordings = recordings
        self.ways: dict[str, _Way] = {}

    async def ask(self, request: Mapping[str, Any], purpose: Purpose) -> Answer:
        """Raises Unrecorded, and ModelFailed as a recorded answer may."""
        way = self.ways.setdefault(purpose.account.brief_id, _Way())
        wanted = request_hash(self._endpoint, request)
        try:
            known = await self._recordings.find(wanted)
        except Unrecorded:
            way.missing[purpose.step] = _size(request)
            raise
        answer = read(wanted, known.body)
        way.recorded.add(wanted)
        way.answered[purpose.step] += 1
        way.stopped[purpose.step] = answer.stop_reason
        return answer


@dataclass(frozen=True)
class DryRun:
    """``writer`` writes through ``gateway``. ``at`` (epoch ms): the prices that count are those of then."""

    writer: ModelWriter
    gateway: DryGateway
    prices: Prices
    limits: Limits
    at: int

    async def foresee(self, works: Iterable[Work]) -> dict[str, Foreseen]:
        """By desk. Raises UnknownPrice."""
        found: dict[str, Foreseen] = {}
        for work in works:
            desk = work.desk.name
            found[desk] = found.get(desk, Foreseen()) + await self._one(work)
        return dict(sorted(found.items()))

    async def _one(self, work: Work) -> Foreseen:
        stopped = False
        try:
            await self.writer.write(work)
        except Unrecorded:
            stopped = True
        story = work.story
        made_by = recipe(work.desk, self.writer.recipe)
        ident = brief_id(story.story_id, story.revision, work.desk.name, made_by)
        way = self.gateway.ways.pop(ident, _Way())
        if not stopped:
            return Foreseen(1, len(way.recorded))
        first = _unfinished(way, self._rounds)
        writing = [step for step in first if step != TRANSLATE]
        rest = _rest(writing, way, self._rounds) if writing else Counter[str]()
        abroad = len(foreign(items_of(work.sources), work.desk))
        rest[TRANSLATE] = max(0, abroad - way.answered[TRANSLATE])
        worst = min(self.limits.per_brief_usd, self._worst(work, way, rest))
        return Foreseen(1, len(way.recorded), len(first), rest.total(), worst)

    @property
    def _rounds(self) -> int:
        return self.writer.settings.tool_rounds if self.writer.tools is not None else 0

    def _worst(self, work: Work, way: _Way, rest: Counter[str]) -> Decimal:
        """Of all the requests. What is known of one is its size; others hold the story and at most what
        answers and tools may have added."""
        settings = self.writer.settings
        bound = self._bound(work)
        total = NOTHING
        for step, count in rest.items():
            model = _model(step, settings)
            known = [way.missing[step]] if step in way.missing else []
            for tokens in (known + [bound] * count)[:count]:
                total += self.prices.worst(model, tokens, settings.max_tokens, self.at)
        return total

    def _bound(self, work: Work) -> int:
        """Input tokens that no request of the brief exceeds."""
        writer, settings = self.writer, self.writer.settings
        told = "\n".join(writer.prompts.texts.values())
        tools = writer.tools.definitions if writer.tools is not None else ()
        shown = material(items_of(work.sources), nonce_of(work))
        whole = writer.layout(work.desk).request(settings.worker_model, shown, told, Lead, tools)
        results = settings.tool_calls * self.limits.most_characters * BYTES_A_CHARACTER // BYTES_A_TOKEN
        by_tools = self._rounds * (settings.max_tokens + results)
        return _size(whole) + max(by_tools, MOST * settings.max_tokens)


def _size(request: Mapping[str, Any]) -> int:
    """Input tokens, estimated from above."""
    return len(json.dumps(dict(request), ensure_ascii=False).encode()) // BYTES_A_TOKEN


def _unfinished(way: _Way, rounds: int) -> Sequence[str]:
    """Steps whose next request is new: it is not recorded, or the result of a tool for it is not."""
    waiting = (
        step
        for step in WORKERS
        if way.stopped.get(step) == "tool_use" and way.answered[step] <= rounds and step not in way.missing
    )
    return [*way.missing, *waiting]


def _rest(first: Sequence[str], way: _Way, rounds: int) -> Counter[str]:
    """By step, how many requests there may be from the first new ones on."""
    if "brief" in first:
        return Counter(brief=1)
    if "plan" in first:
        return Counter(plan=1, work=MOST * (rounds + 1), judge=2, revise=1)
    if "revise" in first:
        return Counter(revise=1, judge=1)
    if "judge" in first:
        return Counter(judge=1) if way.answered["judge"] else Counter(judge=2, revise=1)
    workers = Counter({step: rounds + 1 - way.answered[step] for step in first})
    return workers + Counter(judge=2, revise=1)


def _model(step: str, settings: WriterSettings) -> str:
    models = {
        "brief": settings.small_model,
        TRANSLATE: settings.small_model,
        "plan": settings.planner_model,
        "judge": settings.judge_model,
    }
    return models.get(step, settings.worker_model)
