"""Where the job ``stories`` takes its articles from: the raw log, or the live lane's enriched articles.

Enriched articles carry their vectors, so a question about clustering need not embed again. Each went
through deduplication and stands, within its partition, in the order of the log; its own ``logged_at``
is the clock.
"""

from __future__ import annotations

from flink_jobs.deduplicated import (
    BEHIND_MS,
    KIND,
    RAW,
    VIEW,
    epoch_ms,
    raw_source,
    raw_table,
    timestamp,
    view,
)
from flink_jobs.runs import Run
from flink_jobs.tables import ERROR, columns, interval, quoted, source_table
from schemas.records import EnrichedArticle, UniqueArticle
from topics.catalogue import ARTICLES_ENRICHED, ARTICLES_RAW
from topics.lane import LIVE

ENRICHED = "enriched_articles"
VECTOR, NAMES, MODEL = "embedding", "names", "embedding_model"


def definitions(run: Run) -> list[str]:
    """Tables and views that ``selected`` asks, in the order in which they can be created."""
    if run.source == ARTICLES_ENRICHED:
        options = run.connection.source(ARTICLES_ENRICHED, run.job, LIVE)
        for part in (run.start, run.bounds):
            options |= part.options() if part else {}
        watermark = f"`logged_at` - {interval(run.times.order_skew_ms + BEHIND_MS)}"
        return [
            source_table(ENRICHED, EnrichedArticle, options, (f"WATERMARK FOR `logged_at` AS {watermark}",))
        ]
    source = raw_source(run.connection, run.job, run.start, run.bounds)
    end_at = run.bounds.end_at if run.bounds else None
    # The engine knows what it holds of what is sent through again; it may have lost the first.
    deduplicated = view(run.times, end_at, run.without, takedowns=True, attempts=True)
    return [raw_table(source, run.times, "order"), deduplicated]


def selected(run: Run) -> str:
    """The query whose rows are embedded: ``input_columns``, and behind them the raw record's kind, or vector,
    names and model where they are known."""
    if run.source == ARTICLES_ENRICHED:
        known = ", ".join(quoted(name) for name in (VECTOR, NAMES, MODEL))
        return f"SELECT {input_columns()}, {known} FROM {quoted(ENRICHED)} WHERE {_within(run)}"
    return f"SELECT {input_columns()}, {quoted(KIND)} FROM {quoted(VIEW)}"


def input_columns() -> str:
    """Select list for ``rows.unique_article``: the columns of UniqueArticle, times as epoch ms."""
    return ", ".join(
        f"{epoch_ms(quoted(name))} AS {quoted(name)}" if kind.startswith("TIMESTAMP") else quoted(name)
        for name, kind in columns(UniqueArticle).items()
    )


def table_names(run: Run) -> dict[str, str]:
    """The source's table, and what it is called in the job's graph."""
    return {ENRICHED: ARTICLES_ENRICHED} if run.source == ARTICLES_ENRICHED else {RAW: ARTICLES_RAW}


def _within(run: Run) -> str:
    # What cannot be decoded is a row of defaults; the indexer, which reads all of it, writes its dead letter.
    decodable = f"{quoted(ERROR)} IS NULL"
    end = f" AND `logged_at` <= {timestamp(run.bounds.end_at)}" if run.bounds else ""
    return decodable + end + run.without.condition()
