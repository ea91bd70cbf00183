"""A run as it travels to its script, and what Flink is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from flink_jobs.deduplicated import Bounds
from flink_jobs.runs import JOBS, Run, job_title, state_folder
from flink_jobs.settings import ArticlesSettings, JobSettings, TimeSettings
from flink_jobs.stories.settings import StoriesSettings
from topics.catalogue import ARTICLES_RAW, TOPICS
from topics.lane import LIVE, Lane

RUN = Run(
    job="stories",
    lane=Lane("check"),
    bootstrap="broker:9092",
    registry_url="http://registry/apis",
    bounds=Bounds(1_790_000_000_000, {0: 3, 5: 9}),
    times=TimeSettings(lateness_ms=20_000),
    articles=ArticlesSettings(windows_s=(10, 30)),
    stories=StoriesSettings(debounce_ms=500),
    settings=JobSettings(home=Path("/somewhere"), checkpoint_interval_ms=500),
)


def test_run_comes_back_from_json_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    text = RUN.model_dump_json()
    monkeypatch.setenv("TIDEWIRE_HOME", "/elsewhere")
    monkeypatch.setenv("TIDEWIRE_TIME_LATENESS_MS", "1")
    monkeypatch.setenv("TIDEWIRE_STORIES_DEBOUNCE_MS", "1")
    assert Run.model_validate_json(text) == RUN


def test_names_mention_other_lanes_only() -> None:
    assert job_title("articles", LIVE) == "tidewire articles"
    assert RUN.name == "tidewire stories (lane check)"


def test_no_two_jobs_or_lanes_share_state() -> None:
    settings = JobSettings(home=Path("/somewhere"))
    folders = {state_folder(settings, job, lane) for job in JOBS for lane in (LIVE, Lane("check"))}
    assert len(folders) == 4
    assert not [a for a in folders for b in folders if a != b and a in b.parents]


def test_checkpoints_are_kept_and_exactly_once() -> None:
    options = RUN.configuration()
    assert options["execution.checkpointing.mode"] == "EXACTLY_ONCE"
    assert options["execution.checkpointing.interval"] == "500 ms"
    assert options["execution.checkpointing.externalized-checkpoint-retention"] == "RETAIN_ON_CANCELLATION"
    assert options["execution.checkpointing.dir"] == RUN.checkpoints.as_uri()


def test_duplicates_are_known_for_longer_than_raw_is_kept() -> None:
    kept_ms = TOPICS[ARTICLES_RAW].retention_ms
    assert kept_ms is not None
    days = int(RUN.configuration()["table.exec.state.ttl"].removesuffix(" d"))
    assert days * 86_400_000 > kept_ms
