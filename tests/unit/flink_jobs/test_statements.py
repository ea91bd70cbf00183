"""The SQL of the job `articles`, and the ends of bounded runs."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from flink_jobs.articles.statements import SINKS, definitions, inserts, label
from flink_jobs.deduplicated import Bounds, Start, Without, raw_table, view
from flink_jobs.runs import Run
from flink_jobs.settings import ArticlesSettings, TimeSettings
from flink_jobs.stories import sources
from flink_jobs.tables import Connection
from schemas.covering import publisher, url_pattern
from schemas.takedown import Takedown
from topics.lane import LIVE

CONNECTION = Connection("broker:9092", "http://registry/apis", LIVE)
TIMES = TimeSettings(lateness_ms=20_000, window_skew_ms=2_000, order_skew_ms=5)
START = Start(offsets={1: 9, 0: 4}, begins_at=1_780_000_000_000, whole_from=1_770_000_000_000)
BOUNDS = Bounds(end_at=1_790_000_000_000, offsets={1: 20, 0: 7})


@pytest.mark.parametrize(
    ("seconds", "name"), [(10, "10s"), (60, "1m"), (90, "90s"), (900, "15m"), (3_600, "1h"), (86_400, "24h")]
)
def test_windows_are_named_by_their_size(seconds: int, name: str) -> None:
    assert label(seconds) == name


def test_every_window_has_its_indicators_in_one_insert() -> None:
    statements = inserts(ArticlesSettings(windows_s=(10, 900)), TIMES)
    assert [statement.split()[2] for statement in statements[:-1]] == list(SINKS)
    assert statements[-1].startswith("INSERT INTO `dead_letters`")
    assert "'.10s'" in statements[2]
    assert "'.15m'" in statements[2]
    assert statements[2].count("TABLE(TUMBLE(") == 2


def test_no_placeholder_is_left() -> None:
    statements = [*definitions(CONNECTION, TIMES, BOUNDS), *inserts(ArticlesSettings(), TIMES, BOUNDS)]
    assert not [statement for statement in statements if "${" in statement]


def test_window_clock_waits_for_late_ones_and_order_clock_for_the_skew() -> None:
    windows = raw_table({}, TIMES, "windows")
    order = raw_table({}, TIMES, "order")
    assert (
        "WATERMARK FOR `effective_at` AS CAST(`logged_time` AS TIMESTAMP(3)) - INTERVAL '0 00:00:22.001'"
        in windows
    )
    assert (
        "WATERMARK FOR `logged_at` AS CAST(`logged_time` AS TIMESTAMP(3)) - INTERVAL '0 00:00:00.006'"
        in order
    )


def test_bounded_run_reads_to_its_offsets_and_leaves_open_windows_open() -> None:
    raw = definitions(CONNECTION, TIMES, BOUNDS)[0]
    assert "'scan.bounded.specific-offsets' = 'partition:0,offset:7;partition:1,offset:20'" in raw
    # A window that ends at e closes when the watermark, end_at - 22 s, has reached e - 1 ms.
    closed = inserts(ArticlesSettings(), TIMES, BOUNDS)[2].splitlines()[-1]
    assert closed == "WHERE window_end <= CAST(TO_TIMESTAMP_LTZ(1789999978001, 3) AS TIMESTAMP(3))"


def test_unbounded_run_has_no_end() -> None:
    statements = [*definitions(CONNECTION, TIMES), *inserts(ArticlesSettings(), TIMES)]
    assert not [
        statement for statement in statements if "bounded" in statement or "TO_TIMESTAMP_LTZ" in statement
    ]


def test_view_takes_entries_and_nothing_logged_after_the_end() -> None:
    text = view(TIMES, BOUNDS.end_at)
    assert "WHERE `kind` = 'ENTRY' AND `undecodable_because` IS NULL AND" in text
    assert "`logged_at` <= CAST(TO_TIMESTAMP_LTZ(1790000000000, 3)" in text
    assert "ORDER BY `arrived_at` ASC" in text


def test_window_sizes_must_differ() -> None:
    with pytest.raises(ValidationError, match="none twice"):
        ArticlesSettings(windows_s=(60, 60))


def test_run_from_the_middle_begins_where_its_group_stands_and_never_skips_a_gap() -> None:
    raw = definitions(CONNECTION, TIMES, BOUNDS, START)[0]
    assert "'scan.startup.mode' = 'group-offsets'" in raw
    assert "'properties.auto.offset.reset' = 'none'" in raw
    assert "earliest-offset" not in raw


def test_what_warms_up_is_not_written_and_windows_begin_where_every_entry_is_read() -> None:
    unique, late, windows, _ = inserts(ArticlesSettings(), TIMES, BOUNDS, START)
    begun = "logged_at >= CAST(TO_TIMESTAMP_LTZ(1780000000000, 3) AS TIMESTAMP(3))"
    assert unique.endswith(f"WHERE {begun}")
    assert late.endswith(f"WHERE late AND {begun}")
    assert windows.splitlines()[-1].startswith(
        "WHERE window_start >= CAST(TO_TIMESTAMP_LTZ(1770000000000, 3)"
    )
    assert " AND window_end <= " in windows.splitlines()[-1]


def test_run_from_the_first_record_leaves_nothing_out() -> None:
    whole = Start({0: 0, 1: 0}, 0, 0)
    assert inserts(ArticlesSettings(), TIMES, None, whole) == inserts(ArticlesSettings(), TIMES)


def test_view_leaves_out_feeds_and_articles() -> None:
    text = view(TIMES, None, Without(feeds=("b", "a"), articles=("it's",)))
    assert "`undecodable_because` IS NULL AND `feed_id` <> 'a' AND `feed_id` <> 'b'" in text
    assert "AND `article_id` <> 'it''s'" in text


def test_view_leaves_out_what_was_taken_down() -> None:
    takedowns = [
        Takedown(article_id="a"),
        Takedown(publisher="p.example"),
        Takedown(url_prefix="https://p.example/l'or/"),
    ]
    without = Without(articles=("b",)).taken_down(takedowns)
    known = publisher("p.example")
    assert known is not None
    assert without.condition() == (
        " AND `article_id` <> 'a' AND `article_id` <> 'b' AND `publisher` <> 'p.example'"
        " AND LEFT(`url`, 23) <> 'https://p.example/l''or/'"
        + "".join(
            f" AND NOT REGEXP(`{column}`, '{pattern}')"
            for column, pattern in (
                ("publisher", known.name),
                ("url", known.url),
                ("url", url_pattern("https://p.example/l'or/").replace("'", "''")),
            )
        )
    )
    assert Without().taken_down([]).condition() == ""


def test_what_is_sent_again_is_new_to_the_job_that_asks_for_attempts_only() -> None:
    (_, articles, *_) = definitions(CONNECTION, TIMES)
    assert "PARTITION BY `article_id`, `version`, `content_hash` ORDER" in articles
    (_, stories) = sources.definitions(
        Run(job="stories", bootstrap="broker:9092", registry_url="http://registry/apis")
    )
    assert "PARTITION BY `article_id`, `version`, `content_hash`, `attempt` ORDER" in stories


def test_only_stories_read_takedowns() -> None:
    assert "WHERE `kind` = 'ENTRY'" in view(TIMES)
    text = view(TIMES, takedowns=True)
    assert "WHERE `kind` IN ('ENTRY', 'TAKEDOWN')" in text
    assert text.index("`kind`\nFROM") > 0
