"""Takedowns in the log: where they are written, and where they are read.

Each is in two topics, by one transaction: in ``articles.raw``, where it has its place among the entries, in
the article's partition or, for a publisher or a prefix, once in every partition; and in
``articles.takedowns``, which is compacted, so that it is known when the raw log no longer reaches back.
"""

from __future__ import annotations

from confluent_kafka import KafkaError, Message, Producer

from schemas.codec import Codec
from schemas.records import Article
from schemas.takedown import Takedown, Takedowns
from topics.catalogue import ARTICLES_RAW, ARTICLES_TAKEDOWNS, TOPICS
from topics.decoding import latest
from topics.partitioning import partition_for
from topics.settings import BrokerSettings
from topics.writing import WriteFailed, transactional_config

# One for all: whoever begins ends what an earlier one left open, for which readers of raw would wait.
TRANSACTIONAL_ID = "tidewire-takedown"
TIMEOUT_MS = 30_000


def read_takedowns(settings: BrokerSettings, codec: Codec) -> Takedowns:
    """All there are. Raises ReadFailed or KafkaException when the broker does not answer."""
    return Takedowns(map(Takedown.of, latest(settings, codec, ARTICLES_TAKEDOWNS, Article).values()))


def places(takedown: Takedown) -> list[tuple[int, str]]:
    """Partitions of the raw log in which it stands, and its key there."""
    partitions = TOPICS[ARTICLES_RAW].partitions
    if takedown.article_id:
        return [(partition_for(takedown.article_id.encode(), partitions), takedown.article_id)]
    return [(partition, takedown.key) for partition in range(partitions)]


def write_takedown(settings: BrokerSettings, codec: Codec, takedown: Takedown, at: int) -> None:
    """Writes one, said at ``at`` (epoch ms): all of its records or none. When it returns, they are there.

    Raises WriteFailed or KafkaException.
    """
    failed: list[str] = []

    def delivered(error: KafkaError | None, message: Message) -> None:
        if error is not None:
            failed.append(f"{message.topic()}: {error.str()}")

    producer = Producer(transactional_config(settings, TRANSACTIONAL_ID, TIMEOUT_MS))
    timeout_s = TIMEOUT_MS / 1000
    producer.init_transactions(timeout_s)
    producer.begin_transaction()
    for copy, (partition, key) in enumerate(places(takedown)):
        value = codec.encode(takedown.record(at, copy))
        producer.produce(ARTICLES_RAW, value, key.encode(), partition, on_delivery=delivered)
    producer.produce(
        ARTICLES_TAKEDOWNS, codec.encode(takedown.record(at)), takedown.key.encode(), on_delivery=delivered
    )
    producer.flush(timeout_s)
    if failed:
        producer.abort_transaction(timeout_s)
        raise WriteFailed(f"the takedown was not written: {failed[0]}")
    producer.commit_transaction(timeout_s)
