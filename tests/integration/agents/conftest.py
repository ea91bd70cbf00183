"""A codec and a lane of the test's own, for tests of agents on a real broker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from schemas.codec import Codec
from schemas.registry import Registry
from tests.fakes.messages_api import MessagesApi
from tests.fakes.messages_api.honest import Honest
from topics.admin import drop_lane_topics, ensure_topics
from topics.lane import Lane
from topics.partitioning import partition_for


@pytest.fixture
def codec(kafka: Any) -> Codec:
    return Codec(Registry(kafka.registry))


@pytest.fixture
def lane(kafka: Any, request: pytest.FixtureRequest) -> Iterator[Lane]:
    """Its topics are gone after the test."""
    made = Lane(f"agents-{partition_for(request.node.name.encode(), 1_000_000)}")
    ensure_topics(kafka.broker, made)
    yield made
    drop_lane_topics(kafka.broker, made)


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi(Honest(), delay_s=0.15) as running:
        yield running
