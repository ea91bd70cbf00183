"""The fence is worth something only for a member of the group."""

import struct

import pytest
from confluent_kafka import Consumer

from producers.transactions import is_member


def metadata(generation: int, member_id: bytes) -> bytes:
    return b"CGMDv2:" + struct.pack("=i", generation) + b"group\x00" + member_id + b"\x00\x01"


def test_a_joined_member_is_one() -> None:
    assert is_member(metadata(3, b"member-1"))


@pytest.mark.parametrize(("generation", "member_id"), [(-1, b"member-1"), (0, b"member-1"), (3, b"")])
def test_without_an_epoch_or_a_name_it_is_none(generation: int, member_id: bytes) -> None:
    assert not is_member(metadata(generation, member_id))


def test_the_library_s_own_form_is_understood() -> None:
    consumer = Consumer(
        {"bootstrap.servers": "127.0.0.1:1", "group.id": "g", "group.protocol": "consumer", "log_level": 0}
    )
    assert not is_member(consumer.consumer_group_metadata())
    consumer.close()


def test_another_form_is_refused_loudly() -> None:
    with pytest.raises(ValueError, match="unknown form"):
        is_member(b"CGMDv9:whatever")
