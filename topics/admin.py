"""Making a lane's topics, finding lanes, and taking a lane's topics away."""

from __future__ import annotations

import time
from collections.abc import Mapping

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from topics.catalogue import STORIES, TOPICS
from topics.lane import LIVE, Lane
from topics.settings import BrokerSettings


def ensure_topics(settings: BrokerSettings, lane: Lane = LIVE, timeout_s: float = 30.0) -> list[str]:
    """Makes what is missing of a lane's topics (the shared ones too); the names it made."""
    admin = AdminClient(dict(settings.client()))
    existing = set(admin.list_topics(timeout=timeout_s).topics)
    missing = [
        NewTopic(lane.topic(name), topic.partitions, settings.replication, config=topic.config())
        for name, topic in TOPICS.items()
        if lane.topic(name) not in existing
    ]
    made = []
    if missing:
        for name, future in admin.create_topics(missing, operation_timeout=timeout_s).items():
            if _succeeded(future, KafkaError.TOPIC_ALREADY_EXISTS):
                made.append(name)
        _await_visible(admin, {topic.topic for topic in missing}, timeout_s)
    return made


def lanes(settings: BrokerSettings, timeout_s: float = 30.0) -> list[Lane]:
    """Every lane that has topics, live first, the rest by name."""
    names = AdminClient(dict(settings.client())).list_topics(timeout=timeout_s).topics
    found = {Lane(name.removesuffix(f".{STORIES}")) for name in names if name.endswith(f".{STORIES}")}
    live = [LIVE] if STORIES in names else []
    return live + sorted(found, key=lambda lane: lane.name)


def drop_lane_topics(settings: BrokerSettings, lane: Lane, timeout_s: float = 30.0) -> list[str]:
    """Takes away the topics that are the lane's own; never the shared ones, nor the live lane's."""
    if lane.is_live:
        raise ValueError("the live lane's topics are not dropped this way; empty TIDEWIRE_HOME to start over")
    admin = AdminClient(dict(settings.client()))
    existing = set(admin.list_topics(timeout=timeout_s).topics)
    own = [
        lane.topic(name)
        for name, topic in TOPICS.items()
        if not topic.shared and lane.topic(name) in existing
    ]
    if own:
        for future in admin.delete_topics(own, operation_timeout=timeout_s).values():
            _succeeded(future, KafkaError.UNKNOWN_TOPIC_OR_PART)
    return own


def commit_offsets(
    settings: BrokerSettings, group: str, topic: str, offsets: Mapping[int, int], timeout_s: float = 30.0
) -> None:
    """Sets a group's place in a topic, by partition. The group must have no members; Flink's have none.

    Raises KafkaException.
    """
    places = [TopicPartition(topic, partition, offset) for partition, offset in sorted(offsets.items())]
    admin = AdminClient(dict(settings.client()))
    asked = [ConsumerGroupTopicPartitions(group, places)]
    for future in admin.alter_consumer_group_offsets(asked, request_timeout=timeout_s).values():
        for each in future.result().topic_partitions:
            if each.error is not None:
                raise KafkaException(each.error)


def _await_visible(admin: AdminClient, names: set[str], timeout_s: float) -> None:
    """A topic is made before the brokers tell of it."""
    deadline = time.monotonic() + timeout_s
    while unseen := names - set(admin.list_topics(timeout=timeout_s).topics):
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"made, but not told of after {timeout_s:.0f} s: {sorted(unseen)}; is the broker well?"
            )
        time.sleep(0.05)


def _succeeded(future: object, harmless: int) -> bool:
    try:
        future.result()  # type: ignore[attr-defined]
    except KafkaException as error:
        if error.args[0].code() != harmless:
            raise
        return False
    return True
