"""The SQL of the job ``articles``, put together from the files beside this one."""

from __future__ import annotations

from pathlib import Path
from string import Template

from flink_jobs.deduplicated import Bounds, raw_table, timestamp, view
from flink_jobs.settings import ArticlesSettings, TimeSettings
from flink_jobs.tables import Connection, columns, interval, quoted, sink_table
from schemas.records import UniqueArticle
from topics.catalogue import ARTICLES_LATE, ARTICLES_RAW, ARTICLES_UNIQUE, INDICATORS

HERE = Path(__file__).parent
JOB = "articles"
# Table names, each the name of its topic with underscores.
SINKS = {topic.replace(".", "_"): topic for topic in (ARTICLES_UNIQUE, ARTICLES_LATE, INDICATORS)}


def definitions(connection: Connection, times: TimeSettings, bounds: Bounds | None = None) -> list[str]:
    """Tables and views, in the order in which they can be created."""
    source = connection.source(ARTICLES_RAW, JOB) | (bounds.options() if bounds else {})
    return [
        raw_table(source, times, "windows"),
        view(times, bounds.end_at if bounds else None),
        *(sink_table(name, topic, connection) for name, topic in SINKS.items()),
        _sql("scoped"),
    ]


def inserts(settings: ArticlesSettings, times: TimeSettings, bounds: Bounds | None = None) -> list[str]:
    """One INSERT for each output; together they make one job."""
    unique = ", ".join(
        # As a time attribute it would become the Kafka record's own time, and age an old article away.
        f"CAST({quoted(name)} AS TIMESTAMP(3))" if name == "published_at" else quoted(name)
        for name in columns(UniqueArticle)
    )
    windows = "\nUNION ALL\n".join(
        _sql("window", label=label(size), size=interval(size * 1000)) for size in settings.windows_s
    )
    return [
        _sql("unique", columns=unique),
        _sql("late", columns=unique),
        _sql("indicators", windows=windows, closed=_closed(times, bounds)),
    ]


def label(window_s: int) -> str:
    """A window's size as indicators name it, in the largest unit that divides it: 24h, 15m, 10s."""
    for unit, seconds in (("h", 3_600), ("m", 60)):
        if window_s % seconds == 0:
            return f"{window_s // seconds}{unit}"
    return f"{window_s}s"


def _closed(times: TimeSettings, bounds: Bounds | None) -> str:
    # The watermark of a source that ends jumps past every window; only those it had passed count.
    if bounds is None:
        return ""
    watermark = bounds.end_at - times.lateness_ms - times.window_skew_ms
    return f"WHERE window_end <= {timestamp(watermark + 1)}"


def _sql(name: str, **values: str) -> str:
    return Template((HERE / f"{name}.sql").read_text(encoding="utf-8")).substitute(values).strip()
