"""Where a topic ends, with and without what is not committed yet.

Who has to know all that was written before now notes the ends with open transactions included, waits
until none is open before them, and then reads up to them. In that order: a reader that came to the
end of what was committed is not told that the end has moved, if what follows was aborted (librdkafka 2.16).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from confluent_kafka import IsolationLevel, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

LATEST: OffsetSpec = OffsetSpec.latest()  # type: ignore[no-untyped-call]


def ends_with_open_transactions(
    admin: AdminClient, topic: str, partitions: Iterable[int], timeout_s: float
) -> dict[int, int]:
    """By partition, the offset after the last record, committed or not. Raises KafkaException."""
    return _ends(admin, topic, partitions, IsolationLevel.READ_UNCOMMITTED, timeout_s)


def are_decided(admin: AdminClient, topic: str, ends: Mapping[int, int], timeout_s: float) -> bool:
    """Whether every transaction before these ends was committed or aborted. Raises KafkaException."""
    stable = _ends(admin, topic, ends, IsolationLevel.READ_COMMITTED, timeout_s)
    return all(stable[partition] >= end for partition, end in ends.items())


def _ends(
    admin: AdminClient, topic: str, partitions: Iterable[int], isolation: IsolationLevel, timeout_s: float
) -> dict[int, int]:
    # Not a consumer's watermarks: for one that reads committed records they are the stable ones.
    asked = {TopicPartition(topic, partition): LATEST for partition in partitions}
    found = admin.list_offsets(asked, isolation_level=isolation, request_timeout=timeout_s)
    return {each.partition: future.result().offset for each, future in found.items()}
