"""Requests of our own, understood by a real broker."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from aiokafka.protocol.admin import DescribeClientQuotasRequest
from confluent_kafka import Consumer, Producer, TopicPartition

from replay.run.dropping import abort_transactions, is_transaction
from tests.conftest import RunningLog
from tests.e2e.homes import wait_until
from topics.admin import drop_lane_topics, ensure_topics
from topics.catalogue import ARTICLES_RAW, STORIES
from topics.groups import committed, delete_groups, groups
from topics.lane import Lane
from topics.reading import reader_config
from topics.settings import BrokerSettings
from topics.wire import connected, open_transactions, set_read_quotas


def quota(broker: BrokerSettings, client_id: str) -> list[tuple[str, float]]:
    async def asked() -> list[tuple[str, float]]:
        client = await connected(broker)
        try:
            request = DescribeClientQuotasRequest([("client-id", 0, client_id)], True)
            answer = await client.send(client.get_random_node(), request)
        finally:
            await client.close()
        return [tuple(value) for entry in answer.entries for value in entry[1]]

    return asyncio.run(asked())


def test_a_quota_is_set_and_taken_away(kafka: RunningLog) -> None:
    name = f"reader-{uuid.uuid4()}"
    set_read_quotas(kafka.broker, {name: 5_000, f"{name}-2": 7_000})
    # The controller has it at once, the broker that is asked a moment later.
    wait_until(lambda: quota(kafka.broker, name) == [("consumer_byte_rate", 5_000.0)], "the quota", 30)
    set_read_quotas(kafka.broker, {name: None, f"{name}-2": None})
    wait_until(lambda: quota(kafka.broker, name) == [], "no quota", 30)
    set_read_quotas(kafka.broker, {name: None})


def test_open_transactions_of_a_lane_are_found_and_aborted_and_no_others(kafka: RunningLog) -> None:
    ours, other = Lane("wire-a"), Lane("wire-a-stories")
    for lane in (ours, other):
        ensure_topics(kafka.broker, lane)
    ids = {lane: f"{lane.transactional_prefix(STORIES)}-0-3" for lane in (ours, other)}
    producers = []
    for lane, name in ids.items():
        producer = Producer({**kafka.broker.client(), "transactional.id": name})
        producer.init_transactions(30)
        producer.begin_transaction()
        producer.produce(lane.topic(STORIES), b"x")
        producer.flush(30)
        producers.append(producer)
    assert set(ids.values()) <= set(open_transactions(kafka.broker))
    assert abort_transactions(kafka.broker, ours) == [ids[ours]]
    left = open_transactions(kafka.broker)
    assert ids[other] in left
    assert not [each for each in left if is_transaction(ours, each)]
    assert abort_transactions(kafka.broker, other) == [ids[other]]
    for lane in (ours, other):
        drop_lane_topics(kafka.broker, lane)


@pytest.mark.parametrize("static", [{}, {"group.instance.id": "indexer"}], ids=["plain", "static"])
def test_a_group_goes_with_members_that_never_left(kafka: RunningLog, static: dict[str, str]) -> None:
    name = f"group-{uuid.uuid4()}"
    consumer = Consumer({**reader_config(kafka.broker, name), **static})
    consumer.subscribe([ARTICLES_RAW])
    while not consumer.assignment():
        consumer.poll(0.2)
    consumer.commit(offsets=[TopicPartition(ARTICLES_RAW, 0, 0)], asynchronous=False)
    assert committed(kafka.broker, name, ARTICLES_RAW) == {0: 0}
    consumer.close()
    assert name in groups(kafka.broker)
    assert delete_groups(kafka.broker, [name, f"{name}-unknown"]) == [name]
    assert name not in groups(kafka.broker)
    assert delete_groups(kafka.broker, [name]) == []
