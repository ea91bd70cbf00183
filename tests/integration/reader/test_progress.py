"""Whether a job reads on, told from its group and the raw log on a real broker."""

from __future__ import annotations

from typing import Any

import pytest

from reader import progress
from reader.progress import JOBS, Progress
from schemas.codec import Codec
from schemas.records import Article, Kind
from schemas.registry import Registry
from topics.admin import commit_offsets, ensure_topics
from topics.catalogue import ARTICLES_RAW
from topics.lane import LIVE
from topics.reading import end_offsets
from topics.writing import Writer

pytestmark = pytest.mark.integration


def test_a_job_that_notes_nothing_stands_and_one_that_read_all_does_not(
    kafka: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "LOOK_EVERY_S", 0.0)
    ensure_topics(kafka.broker)
    writer = Writer(kafka.broker, Codec(Registry(kafka.registry)))
    for number in range(3):
        writer.send(ARTICLES_RAW, f"tick-{number}", tick(), partition=0)
    writer.flush()
    ends = end_offsets(kafka.broker, ARTICLES_RAW)
    impatient, patient = Progress(kafka.broker, patience_s=0.001), Progress(kafka.broker, patience_s=3600)
    for job in JOBS:
        commit_offsets(kafka.broker, LIVE.group(f"jobs.{job}"), ARTICLES_RAW, ends)
    assert [each.stands for each in impatient.take()] == [False, False]
    commit_offsets(kafka.broker, LIVE.group("jobs.stories"), ARTICLES_RAW, {**ends, 0: ends[0] - 1})
    assert {each.job: each.stands for each in impatient.take()} == {"articles": False, "stories": True}
    assert not any(each.stands for each in patient.take())
    impatient.close()
    patient.close()


def tick() -> Article:
    return Article(article_id="", observed_at=0, kind=Kind.TICK)
