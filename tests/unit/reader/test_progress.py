"""What a reader says of jobs that stand still. The log itself is asked in tests/integration/reader."""

from __future__ import annotations

from typing import Any

import pytest
from confluent_kafka import KafkaException
from starlette.testclient import TestClient

from flink_jobs.runs import JOBS as FLINK_JOBS
from flink_jobs.runs import Run
from reader import progress
from reader.api import create_app
from reader.lanes import LaneView, Library
from reader.progress import JOBS, Progress, Reading
from topics.lane import LIVE
from topics.settings import BrokerSettings


def test_groups_are_those_in_which_the_jobs_note_what_they_read() -> None:
    assert JOBS == FLINK_JOBS
    for job in FLINK_JOBS:
        run = Run(job=job, bootstrap="nowhere:1", registry_url="http://nowhere")
        assert run.connection.group(job) == LIVE.group(f"jobs.{job}")


@pytest.mark.parametrize(
    ("found", "status", "said"),
    [
        ([Reading("articles", 0.0), Reading("stories", 0.0)], 200, "ready"),
        ([Reading("articles", 0.0), Reading("stories", 75.04)], 503, "stale"),
        (None, 503, "stale"),
    ],
)
def test_ready_tells_of_a_job_that_stands(
    filled: Library, monkeypatch: pytest.MonkeyPatch, found: list[Reading] | None, status: int, said: str
) -> None:
    def take(_: Progress) -> list[Reading]:
        if found is None:
            raise KafkaException("no broker")
        return found

    monkeypatch.setattr(Progress, "take", take)
    monkeypatch.setattr(LaneView, "behind", lambda _: {"briefs": 0})
    monkeypatch.setattr(LaneView, "indexing", property(lambda _: True))
    filled.view("live").caught_up = True
    answer = TestClient(create_app(filled), "http://localhost").get("/ready")
    assert (answer.status_code, answer.json()["status"]) == (status, said)
    told: Any = answer.json()["jobs"]
    if found is None:
        assert told is None
    else:
        assert [(each["job"], each["stands"]) for each in told] == [(r.job, r.stands) for r in found]


def test_the_log_is_asked_once_for_many_who_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def behind(_: Progress, job: str) -> float:
        asked.append(job)
        return 0.0

    monkeypatch.setattr(Progress, "_behind_s", behind)
    monkeypatch.setattr(progress, "LOOK_EVERY_S", 3600.0)
    made = Progress(BrokerSettings(), 60)
    assert made.take() == made.take() == [Reading(job, 0.0) for job in JOBS]
    assert asked == list(JOBS)
