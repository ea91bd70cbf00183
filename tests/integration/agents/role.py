"""The role with a key, as a process, of a Messages API of our own; and what its lane's topics say of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agents.model import request_hash
from schemas.codec import Codec
from schemas.records import AgentEvent, RecordedResponse
from tests.fakes.messages_api import MessagesApi
from tests.integration.agents.running import Agents, articles_job, briefs, until
from topics.catalogue import AGENTS_AUDIT, AGENTS_RESPONSES, BRIEFS
from topics.lane import Lane
from topics.reading import end_offsets, read_range


class Role:
    """The role with a key, of our own Messages API."""

    def __init__(self, kafka: Any, codec: Codec, lane: Lane, api: MessagesApi, home: Path) -> None:
        self.kafka, self.codec, self.lane, self.api, self.home = kafka, codec, lane, api, home
        self.in_flight = 0

    def __call__(self, **more: str) -> Agents:
        given = {
            "ANTHROPIC_API_KEY": "test",
            "ANTHROPIC_BASE_URL": self.api.url,
            "TIDEWIRE_MODEL_ENDPOINT": "anthropic",
            "TIDEWIRE_READER_URL": "http://127.0.0.1:9",
            # Nothing is acknowledged unless a test waits for it.
            "TIDEWIRE_AGENTS_COMMIT_INTERVAL_S": "30",
            **more,
        }
        return Agents(self.kafka, self.lane, self.home, **given)

    def kill_when(self, condition: Callable[[], bool], what: str) -> None:
        with self() as agents:
            until(condition, what)
            agents.kill()
        self.in_flight += len(self.charged.keys() - self.recorded)

    @property
    def charged(self) -> Counter[str]:
        endpoint = f"{self.api.url}/v1/messages"
        return Counter(request_hash(endpoint, each) for each in list(self.api.requests))

    @property
    def recorded(self) -> set[str]:
        return {
            self.codec.decode(each.value, RecordedResponse).request_hash
            for each in read_range(self.kafka.broker, AGENTS_RESPONSES)
            if each.value
        }

    def events(self, reason: str) -> list[AgentEvent]:
        topic = self.lane.topic(AGENTS_AUDIT)
        found = [
            self.codec.decode(each.value or b"", AgentEvent) for each in read_range(self.kafka.broker, topic)
        ]
        return [each for each in found if each.reason == reason]

    def published(self) -> int:
        return sum(end_offsets(self.kafka.broker, self.lane.topic(BRIEFS)).values())

    def briefs_by_story(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for _, brief in briefs(self.kafka, self.codec, self.lane):
            found.setdefault(brief.story_id, set()).add(brief.brief_id)
        return found

    def to_the_end(self, stories: int, **more: str) -> None:
        with articles_job(self.kafka, self.codec, self.lane), self(**more) as agents:
            until(lambda: len(self.briefs_by_story()) == stories, "a brief of every story", 240)
            assert agents.stop() == 0
