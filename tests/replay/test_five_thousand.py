"""5,000 articles of a long stream, run again: what live made is made again."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from benchmarks.replay.stream import DATA, Log, entries
from tests.replay.newsroom import Newsroom, opened
from topics.catalogue import ARTICLES_RAW
from topics.lane import Lane
from topics.reading import end_offsets

pytestmark = [
    pytest.mark.timeout(2_400),
    pytest.mark.skipif(not DATA.is_file(), reason="no ../shared/data/stream on this machine"),
]

COUNT = 5_000


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """A newsroom that has read all of them."""
    room: Newsroom | None = None
    try:
        room = opened(tmp_path_factory.mktemp("five-thousand"))
        yield room
    finally:
        if room is not None:
            room.stack.down()


def test_five_thousand_articles_run_again_make_what_live_made(room: Newsroom) -> None:
    articles = entries(COUNT)
    assert len(articles) == COUNT
    log = Log(room.broker, room.codec)
    log.write(articles[: COUNT // 2])
    middle = end_offsets(room.broker, ARTICLES_RAW)
    log.write(articles[COUNT // 2 :])
    room.settled()
    live = room.hashes()
    room.replay("whole", "--limit", "0")
    assert room.compared(Lane("whole")).identical
    assert json.loads(room.tw("replay", "compare", "live", "whole", "--json").stdout)["identical"]
    room.tw("replay", "drop", "--yes", "whole")
    assert room.hashes() == live

    places = ",".join(f"{partition}={offset}" for partition, offset in middle.items())
    room.replay("second-half", "--limit", "0", "--from-offset", f"{ARTICLES_RAW}:{places}")
    said = json.loads(room.tw("replay", "compare", "live", "second-half", "--json").stdout)
    assert said["verdict"] == "equal but for allowed differences"
    assert {name for name, some in said["allowed"].items() if some} == {"warm-up"}
    assert room.hashes() == live
