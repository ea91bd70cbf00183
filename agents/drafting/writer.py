"""The writer with a model. Whatever fails, a brief comes out: prose that stands, or the extractive floor with
the reason."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from agents import checks
from agents.apart import Here, Runs
from agents.checks.placeholders import offered
from agents.drafting import assemble
from agents.drafting.assemble import Checked, Doubted
from agents.drafting.items import Item, items_of, material, metadata, nonce_of
from agents.drafting.outcome import Prose, shipped
from agents.drafting.plans import sound, usual
from agents.drafting.requests import Layout, to_judge, to_revise, with_rail
from agents.drafting.settings import WriterSettings
from agents.drafting.shapes import WORKERS, Lead, Line, Plan, Section, Task, Verdicts, Worker
from agents.drafting.steps import Errand, Gateway, Steps, Tally, Tools
from agents.drafting.support import Doubt
from agents.drafting.translation import translations
from agents.evaluate import recipe as recipe_of
from agents.extract import extract
from agents.floor import setting_of
from agents.model import ModelFailed
from agents.model.endpoints import Capabilities
from agents.money.budget import Account
from agents.prompts import Prompts
from agents.sources import cited, moved_by
from agents.work import Draft, Work
from desks import Desk
from schemas.identity import brief_id, hash_of
from telemetry.logs import logger

# To be raised when a change makes other briefs from the same answers.
VERSION = "model-3"

log = logger("agents.drafting")


class ModelWriter:
    """See agents.work.BriefWriter."""

    def __init__(
        self,
        gateway: Gateway,
        prompts: Prompts,
        settings: WriterSettings,
        capable: Capabilities,
        tools: Tools | None = None,
        runs: Runs | None = None,
    ) -> None:
        self._runs = runs or Here()
        self._gateway = gateway
        self._prompts = prompts
        self._settings = settings
        self._capable = capable
        self._tools = tools
        self.recipe = writer_recipe(prompts, settings, capable, tools)

    async def write(self, work: Work) -> Draft:
        """Prose whose every statement stands on located quotes, or the floor. Raises no ModelFailed, but
        TookTooLong."""
        floor = await self._runs.run(extract, work, strictly=True)
        items = await self._runs.run(items_of, work.sources)
        if not items or not floor.statements:
            return floor
        tally = Tally()
        try:
            writing = _Writing(self, work, items, tally)
            async with asyncio.timeout(self._settings.brief_s):
                prose = await writing.prose()
        except ModelFailed as error:
            draft = replace(floor, degraded=f"written without a model: {error}")
        except TimeoutError:
            limit = self._settings.brief_s
            draft = replace(floor, degraded=f"written without a model: it took longer than {limit:g} s")
        else:
            draft = await writing.translated(shipped(floor, prose), floor)
        return replace(
            draft,
            request_hashes=tuple(sorted(tally.hashes)),
            input_tokens=tally.input_tokens,
            output_tokens=tally.output_tokens,
            cost_usd=float(tally.cost),
        )

    def layout(self, desk: Desk) -> Layout:
        """How requests of a desk look."""
        return Layout(self._prompts, desk, self._settings.max_tokens, self._capable.caches_prompts)

    def steps(self, of: Errand, tally: Tally) -> Steps:
        """The steps of one assignment."""
        return Steps(self._gateway, self._settings, of, tally)

    @property
    def settings(self) -> WriterSettings:
        """Which model does what."""
        return self._settings

    @property
    def prompts(self) -> Prompts:
        """What models are told."""
        return self._prompts

    @property
    def tools(self) -> Tools | None:
        """What workers may use."""
        return self._tools


def writer_recipe(
    prompts: Prompts, settings: WriterSettings, capable: Capabilities, tools: Tools | None
) -> str:
    """Names version, models, prompts, tools, the kind of endpoint and the checks: all that makes other
    requests, or other briefs of the same answers."""
    chosen = settings.model_dump(mode="json", exclude={"step_s", "brief_s"})
    names = [str(each["name"]) for each in tools.definitions] if tools is not None else []
    parts = {
        "settings": chosen,
        "prompts": prompts.hash,
        "endpoint": capable.name,
        "tools": names,
        "checks": checks.VERSION,
    }
    return f"{VERSION}:{hash_of(parts)}"


class _Writing:
    """One brief being written."""

    def __init__(self, writer: ModelWriter, work: Work, items: Sequence[Item], tally: Tally) -> None:
        self._about = work
        self._settings = writer.settings
        self._prompts = writer.prompts
        self._tools = writer.tools
        self._items = items
        self._high = work.assignment.materiality >= writer.settings.high_materiality
        self._layout = writer.layout(work.desk)
        self._nonce = nonce_of(work)
        self._material = material(items, self._nonce)
        self._rail = offered(work.indicators)
        story, ident = work.story, recipe_of(work.desk, writer.recipe)
        of = Errand(
            story_id=story.story_id,
            account=Account(
                brief_id(story.story_id, story.revision, work.desk.name, ident),
                work.desk.name,
                moved_by(story),
            ),
            as_of=work.assignment.assigned_at,
            nonce=self._nonce,
            article_ids=tuple(item.article.article_id for item in items),
        )
        self._steps = writer.steps(of, tally)

    async def prose(self) -> Prose:
        """Raises ModelFailed when there is no prose at all."""
        if not self._high:
            request = self._layout.request(
                self._settings.small_model,
                self._material,
                with_rail(self._prompts["brief"], self._rail),
                Lead,
            )
            lead = await self._steps.ask("brief", request, Lead)
            return self._merged({"facts": lead}, ())
        plan, lacking = await self._plan()
        parts, failed = await self._work(plan)
        prose = self._merged(parts, (*lacking, *failed))
        return await self._judged(prose)

    async def translated(self, draft: Draft, floor: Draft) -> Draft:
        """With translations of what it cites, or what takes its place where it does not stand."""
        quoted = cited((*draft.statements, *floor.statements))
        told = self._prompts["translation"]
        found = await translations(
            self._items, quoted, self._about.desk, setting_of(self._about), self._steps, told
        )
        refused = (*found.dropped, *draft.refused)
        return replace(draft, translations=found.translations, refused=refused)

    async def _plan(self) -> tuple[Plan, tuple[str, ...]]:
        seen = metadata(self._items, self._nonce)
        request = self._layout.request(self._settings.planner_model, seen, self._prompts["planner"], Plan)
        try:
            return sound(await self._steps.ask("plan", request, Plan)), ()
        except ModelFailed as error:
            return usual(), (f"without a plan: {error}",)

    async def _work(self, plan: Plan) -> tuple[dict[Worker, Section], tuple[str, ...]]:
        """Every worker's part, and which failed. Raises ModelFailed when all did."""
        found = await asyncio.gather(*(self._part(task) for task in plan.tasks), return_exceptions=True)
        parts, failed = dict[Worker, Section](), list[str]()
        for task, part in zip(plan.tasks, found, strict=True):
            if isinstance(part, Section):
                parts[task.worker] = part
            elif isinstance(part, ModelFailed):
                failed.append(f"without the worker on {task.worker}: {part}")
            else:
                raise part
        if not parts:
            raise ModelFailed("; ".join(failed))
        return parts, tuple(failed)

    async def _part(self, task: Task) -> Section:
        shape = Lead if task.worker == "facts" else Section
        known = {item.ident for item in self._items}
        first = ", ".join(ident for ident in dict.fromkeys(task.items) if ident in known)
        told = self._prompts[task.worker] + (f"\nRead first: {first}" if first else "")
        if task.worker == "numbers":
            told = with_rail(told, self._rail)
        tools = self._tools.definitions if self._tools is not None else ()
        request = self._layout.request(self._settings.worker_model, self._material, told, shape, tools)
        return await self._steps.ask(task.worker, request, shape, self._tools)

    def _merged(self, parts: dict[Worker, Section], lacking: tuple[str, ...]) -> Prose:
        found = [self._checked(worker, parts[worker]) for worker in WORKERS if worker in parts]
        lead = parts.get("facts")
        headline = self._line(lead.headline) if isinstance(lead, Lead) else ""
        bottom_line = self._line(lead.bottom_line) if isinstance(lead, Lead) else ""
        return Prose(assemble.merged(found), headline, bottom_line, lacking)

    def _checked(self, step: str, section: Section) -> Checked:
        return assemble.checked(step, section, self._items, self._rail)

    def _line(self, line: Line) -> str:
        return assemble.line(line, self._items, self._rail)

    async def _judged(self, prose: Prose) -> Prose:
        """After the judge's verdicts and one revision of what did not pass code or judge."""
        if not prose.checked.statements:
            return prose
        try:
            judged = assemble.without(prose.checked, await self._flagged(prose.checked))
        except ModelFailed as error:
            return replace(prose, lacking=(*prose.lacking, f"not evaluated: {error}"))
        if not judged.doubted:
            return replace(prose, checked=judged)
        try:
            revised = await self._revised(judged.doubted)
        except ModelFailed as error:
            log.info("no revision", reason=str(error))
            return replace(prose, checked=judged)
        whole = assemble.merged([replace(judged, doubted=()), revised])
        # What was saved is doubted no more; what was not stays on the list once.
        lost = max(0, len(judged.doubted) - len(revised.statements))
        return replace(prose, checked=replace(whole, doubted=judged.doubted[:lost]))

    async def _flagged(self, whole: Checked) -> dict[int, str]:
        shown = to_judge(whole.statements, self._nonce)
        request = self._layout.request(self._settings.judge_model, shown, self._prompts["judge"], Verdicts)
        verdicts = await self._steps.ask("judge", request, Verdicts)
        passed = {v.statement for v in verdicts.verdicts if v.supported}
        # A statement without a verdict has not passed.
        return {n: Doubt.JUDGED_UNSUPPORTED for n in range(len(whole.statements)) if n not in passed}

    async def _revised(self, doubted: Sequence[Doubted]) -> Checked:
        """What could be saved; it passes the code's checks and the judge again, or is gone."""
        flagged = to_revise([(each.said, each.reason) for each in doubted], self._nonce)
        told = f"{flagged}\n\n{self._prompts['revise']}"
        request = self._layout.request(self._settings.worker_model, self._material, told, Section)
        section = await self._steps.ask("revise", request, Section)
        found = self._checked("revise", section)
        if not found.statements:
            return found
        return assemble.without(found, await self._flagged(found))
