"""Consumer groups: how far they have read, and taking them away."""

from __future__ import annotations

from collections.abc import Iterable

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from topics.settings import BrokerSettings
from topics.wire import leave_group


def committed(settings: BrokerSettings, group: str, topic: str, timeout_s: float = 15.0) -> dict[int, int]:
    """By partition, the next offset the group will read; partitions it has not committed are absent.

    Raises KafkaException.
    """
    admin = AdminClient(dict(settings.client()))
    asked = admin.list_consumer_group_offsets(
        [ConsumerGroupTopicPartitions(group)], request_timeout=timeout_s
    )
    found = asked[group].result().topic_partitions
    return {each.partition: each.offset for each in found if each.topic == topic and each.offset >= 0}


def groups(settings: BrokerSettings, timeout_s: float = 15.0) -> list[str]:
    """Every group the broker knows. Raises KafkaException."""
    admin = AdminClient(dict(settings.client()))
    listed = admin.list_consumer_groups(request_timeout=timeout_s).result()
    return sorted(str(each.group_id) for each in listed.valid)


def delete_groups(settings: BrokerSettings, names: Iterable[str], timeout_s: float = 30.0) -> list[str]:
    """Takes groups away, with what they have committed; those there were. Their consumers have ended:
    what the broker still counts as a member (static ones never leave by themselves) is put out first.

    Raises KafkaException, Refused.
    """
    wanted = sorted(set(names))
    if not wanted:
        return []
    admin = AdminClient(dict(settings.client()))
    for name, described in admin.describe_consumer_groups(wanted, request_timeout=timeout_s).items():
        members = [(each.member_id, each.group_instance_id) for each in described.result().members]
        if members:
            leave_group(settings, name, members)
    gone = []
    for name, future in admin.delete_consumer_groups(wanted, request_timeout=timeout_s).items():
        try:
            future.result()
            gone.append(name)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.GROUP_ID_NOT_FOUND:
                raise
    return sorted(gone)
