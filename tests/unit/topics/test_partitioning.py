"""Keys land where Kafka's Java clients would put them."""

import struct

import pytest

from topics.partitioning import murmur2, partition_for


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"abc", 479470107),
    ],
)
def test_murmur2_equals_the_values_kafka_tests_its_own_with(key: bytes, expected: int) -> None:
    assert struct.unpack(">i", struct.pack(">I", murmur2(key)))[0] == expected


def test_a_partition_is_within_bounds() -> None:
    assert {partition_for(str(n).encode(), 6) for n in range(200)} == set(range(6))
