"""The one view both jobs read: every entry of the raw log once, with its effective times.

Ticks are dropped right behind the source, by a column of the record; the watermark is taken in
the source, so their times move it all the same. Lateness is a function of the record's two
clocks, so it is the same in every run. The first record of a key is kept in order of arrival:
the copies of an article share a partition, so that is the order of the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from flink_jobs.settings import TimeSettings
from flink_jobs.tables import ERROR, Connection, columns, interval, literal, quoted, source_table
from schemas import covering
from schemas.records import Article, UniqueArticle
from schemas.takedown import Takedown
from topics.catalogue import ARTICLES_RAW

RAW = "raw_articles"
VIEW = "deduplicated"
KIND = "kind"
# Watermarks say "nothing at or before this comes any more", so they stay a millisecond behind.
BEHIND_MS = 1

Clock = Literal["order", "windows"]

_LOGGED_AT = "CAST(`logged_time` AS TIMESTAMP(3))"
_METADATA = (
    "`logged_time` TIMESTAMP_LTZ(3) NOT NULL METADATA FROM 'timestamp' VIRTUAL",
    "`raw_partition` INT NOT NULL METADATA FROM 'partition' VIRTUAL",
    "`raw_offset` BIGINT NOT NULL METADATA FROM 'offset' VIRTUAL",
    f"`logged_at` AS {_LOGGED_AT}",
    f"`effective_at` AS CASE WHEN `published_at` <= {_LOGGED_AT} THEN `published_at` ELSE {_LOGGED_AT} END",
    "`arrived_at` AS PROCTIME()",
)
_COMPUTED = {
    "published_at": "`effective_at`",
    "published_from": (
        "CASE WHEN `published_at` IS NULL THEN 'LOGGED'"
        " WHEN `published_at` > `logged_at` THEN 'CLAMPED' ELSE 'FEED' END"
    ),
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a bounded run ends.

    ``end_at``: the last logged time, epoch milliseconds, that the run knows of; what would be due
    after it is left undone. ``offsets``: by partition, the first offset not read.
    """

    end_at: int
    offsets: Mapping[int, int] = field(hash=False)

    def options(self) -> dict[str, str]:
        """The source's options."""
        return {
            "scan.bounded.mode": "specific-offsets",
            "scan.bounded.specific-offsets": _places(self.offsets),
        }


@dataclass(frozen=True, slots=True)
class Start:
    """Where a run begins, if not with whatever is the first record of the log.

    Times are logged ones, in epoch milliseconds.

    ``offsets``: by partition, the first offset read. ``begins_at``: where its range begins; what is read
    before that only warms it up. ``whole_from``: from here on every partition is read; a window that
    began earlier would lack entries, and is left out. 0: there is nothing before.
    """

    offsets: Mapping[int, int] = field(hash=False)
    begins_at: int
    whole_from: int

    def options(self) -> dict[str, str]:
        """The source's options: it begins where its group stands, which whoever submits it sees to.

        A place that retention has taken away meanwhile stops the job: reading on at the earliest record
        left would leave a gap that nobody sees. Flink keeps to that for a group's offsets only; given
        offsets it would override it.
        """
        return {"scan.startup.mode": "group-offsets", "properties.auto.offset.reset": "none"}


@dataclass(frozen=True, slots=True)
class Without:
    """What a run leaves out, as if it had never been logged: feeds and articles, by their ids, publishers,
    and all whose URL begins with a prefix, in whatever spelling."""

    feeds: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    url_prefixes: tuple[str, ...] = ()

    def taken_down(self, takedowns: Iterable[Takedown]) -> Without:
        """Without what was taken down, too."""
        each = list(takedowns)
        return replace(
            self,
            articles=(*self.articles, *(t.article_id for t in each if t.article_id)),
            publishers=(*self.publishers, *(t.publisher for t in each if t.publisher)),
            url_prefixes=(*self.url_prefixes, *(t.url_prefix for t in each if t.url_prefix)),
        )

    def condition(self) -> str:
        """A conjunct of a WHERE clause, with the AND before it; empty when nothing is left out."""
        left_out = (
            (quoted("feed_id"), self.feeds),
            (quoted("article_id"), self.articles),
            (quoted("publisher"), self.publishers),
        )
        equal = [(column, each) for column, several in left_out for each in sorted(set(several))]
        # Flink counts as Java does, in UTF-16.
        begins = [
            (f"LEFT({quoted('url')}, {len(each.encode('utf-16-le')) // 2})", each)
            for each in sorted(set(self.url_prefixes))
        ]
        exact = "".join(f" AND {column} <> {literal(each)}" for column, each in (*equal, *begins))
        return exact + "".join(
            f" AND NOT REGEXP({quoted(column)}, {literal(pattern)})" for column, pattern in self._patterns()
        )

    def _patterns(self) -> Iterator[tuple[str, str]]:
        """Other spellings, by the expressions that Python's side matches too."""
        for said in sorted(set(self.publishers)):
            if (known := covering.publisher(said)) is not None:
                yield "publisher", known.name
                yield "url", known.url
        for prefix in sorted(set(self.url_prefixes)):
            if pattern := covering.url_pattern(prefix):
                yield "url", pattern


EVERYTHING = Without()


def raw_source(
    connection: Connection, job: str, start: Start | None = None, bounds: Bounds | None = None
) -> dict[str, str]:
    """Options of the raw log's table: all of it for ever, or from a start, or to an end."""
    options = connection.source(ARTICLES_RAW, job)
    for part in (start, bounds):
        options |= part.options() if part else {}
    return options


def raw_table(options: Mapping[str, str], times: TimeSettings, clock: Clock) -> str:
    """CREATE TABLE of the raw log: under clock ``order`` logged_at is its time attribute, under
    clock ``windows`` effective_at is, each behind a watermark that only logged_at moves."""
    column, delay_ms = {
        "order": ("logged_at", times.order_skew_ms),
        "windows": ("effective_at", times.lateness_ms + times.window_skew_ms),
    }[clock]
    watermark = f"WATERMARK FOR {quoted(column)} AS {_LOGGED_AT} - {interval(delay_ms + BEHIND_MS)}"
    return source_table(RAW, Article, options, (*_METADATA, watermark))


def view(
    times: TimeSettings,
    end_at: int | None = None,
    without: Without = EVERYTHING,
    takedowns: bool = False,
    attempts: bool = False,
) -> str:
    """CREATE VIEW with the columns of UniqueArticle, and nothing logged after ``end_at`` (epoch ms).

    What is left out goes before anything is taken for a duplicate of it. With ``takedowns`` they are rows
    too, and a last column, KIND, tells them from entries. With ``attempts`` what was sent through again from
    the dead letters comes again; without, it is a duplicate of what it was.
    """
    within = "" if end_at is None else f" AND `logged_at` <= {timestamp(end_at)}"
    within += without.condition()
    kept = ", ".join(["`effective_at`", *(quoted(name) for name in (*columns(Article), *_SOURCE_COLUMNS))])
    own = [_selected(name, times) for name in columns(UniqueArticle)]
    key = f"`article_id`, `version`, `content_hash`{', `attempt`' if attempts else ''}"
    selected = ",\n  ".join([*own, quoted(KIND)] if takedowns else own)
    kinds = "IN ('ENTRY', 'TAKEDOWN')" if takedowns else "= 'ENTRY'"
    return f"""CREATE TEMPORARY VIEW {quoted(VIEW)} AS
SELECT
  {selected}
FROM (
  SELECT {kept}, ROW_NUMBER() OVER (
    PARTITION BY {key} ORDER BY `arrived_at` ASC
  ) AS `nth`
  FROM {quoted(RAW)}
  WHERE `kind` {kinds} AND `{ERROR}` IS NULL{within}
)
WHERE `nth` = 1"""


def timestamp(epoch_ms: int) -> str:
    """An expression for a time in UTC."""
    return f"CAST(TO_TIMESTAMP_LTZ({epoch_ms}, 3) AS TIMESTAMP(3))"


def epoch_ms(column: str) -> str:
    """An expression for a TIMESTAMP(3) as epoch milliseconds; TIMESTAMPDIFF overflows after 24 days."""
    return f"(EXTRACT(EPOCH FROM {column}) * 1000 + EXTRACT(MILLISECOND FROM {column}))"


def _places(offsets: Mapping[int, int]) -> str:
    return ";".join(f"partition:{p},offset:{o}" for p, o in sorted(offsets.items()))


_SOURCE_COLUMNS = ("raw_partition", "raw_offset", "logged_at")


def _selected(name: str, times: TimeSettings) -> str:
    late = f"`effective_at` < `logged_at` - {interval(times.lateness_ms)}"
    computed = _COMPUTED | {
        "late": late,
        "lateness_ms": f"{epoch_ms('`logged_at`')} - {epoch_ms('`effective_at`')}",
    }
    return f"{computed[name]} AS {quoted(name)}" if name in computed else quoted(name)
