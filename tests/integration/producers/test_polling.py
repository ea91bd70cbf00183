"""A worker and a feed server: what is served is in the raw log once, and what is not says why."""

from typing import Any

import pytest

pytestmark = pytest.mark.integration


def test_every_entry_and_every_change_is_in_raw_once(newsroom: Any) -> None:
    server = newsroom.server
    feed = server.add("gazette", entries=5)
    newsroom.publish(server.spec("gazette"))
    newsroom.workers.start(0)
    newsroom.settled()
    feed.titles["gazette-2"] = "gazette entry 2, corrected"
    feed.titles["gazette-5"] = "gazette entry 5"
    newsroom.settled()
    assert set(newsroom.log.counts().values()) == {1}
    assert len(newsroom.log.entries()) == 7
