"""Takes a lane away: its jobs, open transactions, topics, groups, quotas and files, and nothing else.

Everything is named by the lane in full, never by a beginning alone: `a` is not a part of `a-b`, and a
lane called `jobs` has groups that begin like some of the live lane's. Every step may be done twice, so
a drop that was killed is begun again.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Producer

from flink_jobs.runs import JOBS
from topics.admin import drop_lane_topics
from topics.catalogue import SHARED, TOPICS
from topics.groups import delete_groups, groups
from topics.lane import Lane
from topics.settings import BrokerSettings
from topics.wire import open_transactions

TIMEOUT_S = 30.0
INDEX_GROUP = "index-"
AGENTS_GROUP = "agents"


@dataclass(frozen=True, slots=True)
class Dropped:
    """What there was of a lane, and is gone."""

    transactions: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


def is_transaction(lane: Lane, transactional_id: str) -> bool:
    """Whether it is one of a sink of the lane's jobs: prefix, subtask, and the number of the checkpoint."""
    own = (re.escape(lane.transactional_prefix(name)) for name in TOPICS if name not in SHARED)
    return re.fullmatch(rf"(?:{'|'.join(own)})-?\d+-\d+", transactional_id) is not None


def is_group(lane: Lane, group: str) -> bool:
    """Whether it is the lane's: of its jobs, its agents, or the indexer of one of its views."""
    exact = {*(lane.group(f"jobs.{job}") for job in JOBS), lane.group(AGENTS_GROUP)}
    index = re.escape(lane.group(INDEX_GROUP))
    return group in exact or re.fullmatch(rf"{index}[0-9a-f]+", group) is not None


def abort_transactions(broker: BrokerSettings, lane: Lane) -> list[str]:
    """Aborts what the lane's jobs have left open; whoever asks for an id next ends its transaction."""
    found = [each for each in open_transactions(broker) if is_transaction(lane, each)]
    for each in found:
        producer = Producer({**broker.client(), "transactional.id": each})
        producer.init_transactions(TIMEOUT_S)
    return found


def drop(broker: BrokerSettings, lane: Lane, folders: Iterable[Path], let_go: Callable[[], None]) -> Dropped:
    """Of a lane whose jobs and agents have been stopped. ``let_go`` returns once nothing indexes the
    lane any more: it is called when the topics are gone, which is what its indexer ends by.

    Raises ValueError for the live lane, KafkaException.
    """
    if lane.is_live:
        raise ValueError("the live lane is not dropped this way; empty TIDEWIRE_HOME to start over")
    transactions = abort_transactions(broker, lane)
    topics = drop_lane_topics(broker, lane)
    let_go()
    gone = delete_groups(broker, [each for each in groups(broker) if is_group(lane, each)])
    there = [folder for folder in folders if folder.exists()]
    for folder in there:
        shutil.rmtree(folder)
    return Dropped(tuple(transactions), tuple(topics), tuple(gone), tuple(map(str, there)))
