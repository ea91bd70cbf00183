"""The SQL of the job ``articles``, put together from the files beside this one."""

from __future__ import annotations

from pathlib import Path
from string import Template

from flink_jobs.deduplicated import (
    EVERYTHING,
    RAW,
    Bounds,
    Start,
    Without,
    raw_source,
    raw_table,
    timestamp,
    view,
)
from flink_jobs.settings import ArticlesSettings, TimeSettings
from flink_jobs.tables import (
    ERROR,
    RAW_KEY,
    UNDECODABLE,
    WHOLE,
    Connection,
    columns,
    default,
    interval,
    literal,
    quoted,
    sink_table,
)
from schemas.limits import DEAD_LETTER_KEY_BYTES
from schemas.records import DeadLetter, UniqueArticle
from topics.catalogue import ARTICLES_LATE, ARTICLES_RAW, ARTICLES_UNIQUE, DEAD_LETTERS, INDICATORS
from topics.dead_letters import lane_of
from topics.lane import LIVE, Lane

HERE = Path(__file__).parent
JOB = "articles"
STAGE = "articles.decode"
# Table names, each the name of its topic with underscores.
SINKS = {topic.replace(".", "_"): topic for topic in (ARTICLES_UNIQUE, ARTICLES_LATE, INDICATORS)}
DEAD = "dead_letters"
BEGINNING = "beginning_of"
TABLES = {**SINKS, DEAD: DEAD_LETTERS}


def definitions(
    connection: Connection,
    times: TimeSettings,
    bounds: Bounds | None = None,
    start: Start | None = None,
    without: Without = EVERYTHING,
) -> list[str]:
    """Tables and views, in the order in which they can be created."""
    return [
        raw_table(raw_source(connection, JOB, start, bounds), times, "windows"),
        view(times, bounds.end_at if bounds else None, without),
        *(sink_table(name, topic, connection) for name, topic in SINKS.items()),
        sink_table(DEAD, DEAD_LETTERS, connection, JOB),
        f"CREATE TEMPORARY FUNCTION {BEGINNING} AS 'tidewire.flink.Beginning'",
        _sql("scoped"),
    ]


def inserts(
    settings: ArticlesSettings,
    times: TimeSettings,
    bounds: Bounds | None = None,
    start: Start | None = None,
    lane: Lane = LIVE,
) -> list[str]:
    """One INSERT for each output; together they make one job. ``lane`` is said in dead letters."""
    # Unlike stories these rows have no mark of a warm-up: what only warms up is not written.
    begun = f"logged_at >= {timestamp(start.begins_at)}" if start and start.begins_at else "TRUE"
    unique = ", ".join(
        # As a time attribute it would become the Kafka record's own time, and age an old article away.
        f"CAST({quoted(name)} AS TIMESTAMP(3))" if name == "published_at" else quoted(name)
        for name in columns(UniqueArticle)
    )
    windows = "\nUNION ALL\n".join(
        _sql("window", label=label(size), size=interval(size * 1000)) for size in settings.windows_s
    )
    return [
        _sql("unique", columns=unique, begun=begun),
        _sql("late", columns=unique, begun=begun),
        _sql("indicators", windows=windows, whole=_whole(times, bounds, start)),
        _undecodable(begun, bounds, lane),
    ]


def _undecodable(begun: str, bounds: Bounds | None, lane: Lane) -> str:
    """Of what cannot be decoded; all of it follows from the log, so a second run says the same."""
    key = f"{BEGINNING}({quoted(RAW_KEY)}, {DEAD_LETTER_KEY_BYTES})"
    said = {
        "source": literal(ARTICLES_RAW),
        "key": key,
        "value": quoted(UNDECODABLE),
        "topic": literal(ARTICLES_RAW),
        "partition": "`raw_partition`",
        "offset": "`raw_offset`",
        "stage": literal(STAGE),
        "error": literal("Undecodable"),
        "reason": quoted(ERROR),
        "failed_at": "`logged_at`",
        "lane": literal(lane_of(lane)),
        "whole": f"COALESCE({quoted(WHOLE)} AND {quoted(RAW_KEY)} = {key}, {quoted(WHOLE)}, FALSE)",
    }
    selected = ",\n  ".join(
        f"{said.get(name) or default(kind)} AS {quoted(name)}" for name, kind in columns(DeadLetter).items()
    )
    within = f" AND `logged_at` <= {timestamp(bounds.end_at)}" if bounds else ""
    return (
        f"INSERT INTO {quoted(DEAD)}\nSELECT\n  {selected},\n  {literal(ARTICLES_RAW)} AS `record_key`\n"
        f"FROM {quoted(RAW)}\nWHERE {quoted(ERROR)} IS NOT NULL AND {begun}{within}"
    )


def label(window_s: int) -> str:
    """A window's size as indicators name it, in the largest unit that divides it: 24h, 15m, 10s."""
    for unit, seconds in (("h", 3_600), ("m", 60)):
        if window_s % seconds == 0:
            return f"{window_s // seconds}{unit}"
    return f"{window_s}s"


def _whole(times: TimeSettings, bounds: Bounds | None, start: Start | None) -> str:
    """Only windows of which every entry was read."""
    conditions = []
    if start is not None and start.whole_from:
        conditions.append(f"window_start >= {timestamp(start.whole_from)}")
    if bounds is not None:
        # The watermark of a source that ends jumps past every window; only those it had passed count.
        watermark = bounds.end_at - times.lateness_ms - times.window_skew_ms
        conditions.append(f"window_end <= {timestamp(watermark + 1)}")
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""


def _sql(name: str, **values: str) -> str:
    return Template((HERE / f"{name}.sql").read_text(encoding="utf-8")).substitute(values).strip()
