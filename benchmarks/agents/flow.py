"""The demonstration's own flow with a model: seconds until a story's revision is a brief in the log.

A whole stack, the sample newswire by the clock, tools over the reader's API; only the model is ours. Windows
are those of every day: of the demonstration's, which close every few seconds, a brief waits for each.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from benchmarks.own_stack import own_stack, say
from schemas.records import Assignment, Brief, Writer
from stack import ports
from tests.fakes.messages_api import MessagesApi
from tests.fakes.messages_api.honest import Honest
from tidewire.demo import SAMPLE, Demo, demo_profile
from tidewire.places import broker, codec
from tidewire.running import start
from topics.catalogue import ASSIGNMENTS, BRIEFS
from topics.decoding import records
from topics.reading import read_range

SECONDS = float(os.environ.get("BENCH_SECONDS", "400"))


@dataclass(frozen=True, slots=True)
class Timed:
    """One brief by a model; seconds until it was in the log."""

    materiality: float
    # From the logged time of its story's last article: debounce, checkpoints and the queue are in it.
    since_revision: float
    since_assignment: float


def timed(call_s: float) -> list[Timed]:
    """Of every brief that a model wrote in one run of the newswire."""
    for name in [each for each in os.environ if each.startswith("ANTHROPIC_")]:
        del os.environ[name]
    (port,) = ports.free(1)
    profile = demo_profile("clock", SECONDS, SAMPLE, port)
    with MessagesApi(Honest(), delay_s=call_s) as api, own_stack() as stack:
        os.environ |= {
            "ANTHROPIC_API_KEY": "of-the-benchmark",
            "ANTHROPIC_BASE_URL": api.url,
            "TIDEWIRE_MODEL_ENDPOINT": "anthropic",
            "TIDEWIRE_ARTICLES_WINDOWS_S": "[900, 3600, 86400]",
        }
        run = Demo(stack, profile, time.monotonic())
        jobs = start(stack, profile, say, run.publish_feeds)
        run.watch(lambda seen: None, say)
        run.settle(jobs, say)
        return _joined()


def _joined() -> list[Timed]:
    reading = codec()
    assigned = {
        (each.story_id, each.story.revision, each.desk): each
        for each in records(broker(), reading, ASSIGNMENTS, Assignment)
    }
    found = []
    for received in read_range(broker(), BRIEFS):
        brief = reading.decode(received.value or b"", Brief)
        if brief.writer is not Writer.MODEL:
            continue
        assignment = assigned[brief.story_id, brief.story_revision, brief.desk]
        revised_at = max(article.logged_at for article in assignment.story.articles)
        found.append(
            Timed(
                materiality=assignment.materiality,
                since_revision=(received.timestamp_ms - revised_at) / 1000,
                since_assignment=(received.timestamp_ms - assignment.assigned_at) / 1000,
            )
        )
    return found
