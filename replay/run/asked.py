"""A replay as it was asked for, before the log is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agents.prompts import load as load_prompts
from flink_jobs.deduplicated import Without
from flink_jobs.runs import Source
from language.models import encoder
from replay.run.select import Earliest, Log, Places, SelectionError, Where
from replay.run.source import SourceLog
from schemas.codec import Codec
from schemas.identity import feed_id
from schemas.records import Brief
from telemetry.times import of_millis
from topics.catalogue import ARTICLES_ENRICHED, ARTICLES_RAW, BRIEFS
from topics.decoding import records
from topics.lane import LIVE, Lane
from topics.settings import BrokerSettings

# What the readers of a replay's jobs are held to together, unless another limit is asked for.
BYTES_PER_S = 400_000.0


@dataclass(frozen=True)
class Asked:
    """A replay as it was asked for. Times in epoch ms, lengths in ms; None is what the live lane does."""

    lane: Lane
    source: Source = "articles.raw"
    where: Where = field(default_factory=Earliest)
    end: Where | None = None
    follow: bool = False
    warm_up_ms: int | None = None
    threshold: float | None = None
    weights: Path | None = None
    lateness_ms: int | None = None
    desks: Path | None = None
    prompts: Path | None = None
    # By setting of agents.drafting.settings.WriterSettings.
    models: Mapping[str, str] = field(default_factory=dict)
    encoder: str | None = None
    without: Without = field(default_factory=Without)
    bytes_per_s: float | None = None
    # Ids of feeds to be left out, as they were given: by URL, perhaps.
    given: Mapping[str, str] = field(default_factory=dict)

    def other_assignments(self) -> tuple[str, ...]:
        """Its changes that may make other stories or windows than the live lane's, in words."""
        said = (
            ("the threshold", self.threshold),
            ("the weights", self.weights),
            ("the lateness", self.lateness_ms),
            ("the encoder", self.encoder),
            ("what is left out", self.without.feeds or self.without.articles or None),
            ("what is still to come", self.follow or None),
        )
        return tuple(text for text, value in said if value is not None)

    def changes(self) -> tuple[str, ...]:
        """What is not as in the live lane, in words."""
        said = (
            ("threshold {}", self.threshold),
            ("weights of {}", self.weights),
            ("lateness {} ms", self.lateness_ms),
            ("desks of {}", self.desks),
            ("prompts of {}", self.prompts),
            ("models {}", ", ".join(f"{name} {model}" for name, model in self.models.items())),
            ("encoder {}", self.encoder),
            ("without feeds {}", ", ".join(self.without.feeds)),
            ("without articles {}", ", ".join(self.without.articles)),
        )
        return tuple(text.format(value) for text, value in said if value not in (None, ""))


def brief_places(broker: BrokerSettings, codec: Codec, brief_id: str, lane: Lane = LIVE) -> Places:
    """The raw records that a brief rests on. Raises SelectionError."""
    found = [each for each in records(broker, codec, lane.topic(BRIEFS), Brief) if each.brief_id == brief_id]
    if not found:
        raise SelectionError(f"there is no brief {brief_id} in lane {lane.name}; `./tw search` prints ids")
    first: dict[int, int] = {}
    for source in found[-1].provenance.sources:
        at = first.get(source.raw_partition, source.raw_offset)
        first[source.raw_partition] = min(at, source.raw_offset)
    if not first:
        raise SelectionError(f"brief {brief_id} names no sources: it was withheld")
    return Places(tuple(sorted(first.items())), f"brief {brief_id}")


def feed_ids(named: list[str]) -> tuple[str, ...]:
    """Ids of feeds named by id or by the URL they were imported with."""
    return tuple(feed_id(each) if "://" in each else each for each in named)


def check_without(
    asked: Asked, source: SourceLog, offsets: Mapping[int, int], ends: Mapping[int, int]
) -> None:
    """Raises SelectionError for what is to be left out of a range and is not in it. A replay that follows may
    yet come to it."""
    missing = [] if asked.follow else source.lacking(asked.without, offsets, ends)
    if missing:
        names = ", ".join(asked.given.get(each, each) for each in missing)
        raise SelectionError(
            f"what is to be left out is not in the range of {asked.source}: nothing there is of {names}. "
            "`./tw feeds list --json` names feeds, `./tw search --kind article` prints articles' ids"
        )


def too_early(before: int, source: Log) -> SelectionError | None:
    """Why a range cannot end before a logged time (epoch ms) up to which no partition is whole; None where
    nothing was logged at all."""
    times = [at for p, low in source.lows.items() if (at := source.time_at(p, low)) is not None]
    if not times:
        return None
    begins = f"the log begins at {of_millis(min(times))}"
    if before <= min(times):
        return SelectionError(f"nothing was logged before {of_millis(before)}: {begins}")
    return SelectionError(
        f"{of_millis(before)} is too early an end: {begins}, and not every partition was told of the time by "
        "then; give a later one"
    )


def check(asked: Asked) -> None:
    """Raises SelectionError for what cannot be, ModelMissing for an encoder that is not here, PromptError for
    a folder of prompts that cannot be used."""
    if asked.lane.is_live:
        raise SelectionError("live is the lane that a replay runs beside: choose another name")
    if asked.follow and asked.end is not None:
        raise SelectionError("a replay that follows has no end: leave out either --follow or the end")
    if asked.prompts is not None:
        load_prompts(asked.prompts)
    if asked.encoder is not None:
        # Looked for here already: a job without it would fail over and over.
        encoder(asked.encoder)
    if asked.source != ARTICLES_ENRICHED:
        return
    if asked.encoder is not None:
        raise SelectionError(
            f"{ARTICLES_ENRICHED} brings its vectors: for another encoder run {ARTICLES_RAW} again"
        )
    if isinstance(asked.where, Places):
        raise SelectionError(f"{ARTICLES_ENRICHED} has offsets of its own: name a time, or {ARTICLES_RAW}")
    if asked.follow:
        raise SelectionError(f"{ARTICLES_ENRICHED} is run to an end only; follow {ARTICLES_RAW}")
    if asked.lateness_ms is not None:
        raise SelectionError(f"lateness is decided on {ARTICLES_RAW}; run that again")
    if asked.without.feeds:
        raise SelectionError(
            f"{ARTICLES_ENRICHED} no longer holds what other feeds said of the same articles: to leave out a "
            f"feed, run {ARTICLES_RAW} again"
        )
