"""Whatever a feed says, it goes through to the reader or is refused with a reason: 10,000 drawn documents.

The seeds are fixed, so that a run that passes passes again; `make fuzz` draws new ones and says which. A seed
that found a fault is kept in FOUND, and is drawn from again.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from starlette.testclient import TestClient

from producers.fetch import Fetcher
from producers.parse import Document, read
from producers.poll import Outcome, Poller, Task
from producers.schedule import first_state
from producers.settings import FetchSettings, ScheduleSettings, WorkerSettings
from reader.api import create_app
from schemas.limits import REASON_CHARACTERS, TEXT_CHARACTERS
from schemas.records import Article, Assignment, FeedSpec, FeedState
from schemas.strings import sanitised
from sinks.documents import document
from sinks.indexer import Indexer
from tests.hostile.line import CODEC, NOW, Line
from tests.hostile.served import Answer, HostileServer, http
from tests.hostile.strategies import SEEDS, Shape, documents, long_run, said
from tests.support.library import library_in

KELMAR = "kelmar.example"
SPEC = FeedSpec(
    feed_id="feed-1", url=f"https://{KELMAR}/feed", publisher=KELMAR, family="kelmar", desk="world"
)
DRAWN = (1, 2, 3, 4)
FOUND: tuple[int, ...] = ()
EXAMPLES = int(os.environ.get("TIDEWIRE_HOSTILE_EXAMPLES", "10000"))
MORE = int(os.environ.get("TIDEWIRE_HOSTILE_SEED", "0"))
# Stories grow with what joins them; a new line now and then keeps an example about itself.
LINE_LASTS = 40

pytestmark = pytest.mark.timeout(1_200)


def drawn(examples: int) -> settings:
    return settings(
        max_examples=examples,
        database=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )


@pytest.mark.parametrize("number", [MORE] if MORE else [*DRAWN, *FOUND])
def test_a_document_becomes_briefs_or_is_refused_with_a_reason(number: int) -> None:
    lines = [Line()]
    count = 0

    @seed(number)
    @drawn(EXAMPLES // len(DRAWN))
    @given(documents())
    def through(shape: Shape) -> None:
        nonlocal count
        count += 1
        if count % LINE_LASTS == 0:
            lines[0] = Line()
        line, before = lines[0], len(lines[0].dead)
        body = shape.body()
        found = line.parse(body, SPEC.url)
        entries = articles = 0
        if found is not None:
            entries = len(found.entries)
            raw = line.articles(found, SPEC)
            articles = len(raw)
            outputs = line.stories(raw)
            briefs = line.briefs([each for each in outputs if isinstance(each, Assignment)])
            for record in (*outputs, *briefs):
                if not isinstance(record, Assignment):
                    json.dumps(document(record).payload)
        letters = line.dead[before:]
        assert all(letter.reason == sanitised(letter.reason, REASON_CHARACTERS) != "" for letter in letters)
        # What is neither an article nor a letter is another one's twin: the same entry shown twice.
        assert articles + len(letters) <= max(entries, 1)
        assert articles or letters or not entries

    through()


@pytest.mark.parametrize("run", range(8))
def test_forty_articles_of_four_hundred_sentences_stay_within_their_limits(run: int) -> None:
    """The largest texts that there can be, of one piece again and again and of spoilt sentences."""
    chance = Random(run)
    line = Line()
    spec = FeedSpec(feed_id=f"feed-{run}", url=SPEC.url, publisher="kelmar.example", desk="world")
    lead = said(chance)
    texts = [
        (
            f"{lead[:400]}\n"
            + (long_run(chance, 20_000) if at % 2 else " ".join(said(chance) for _ in range(100)))
        )
        for at in range(40)
    ]
    outputs = line.stories(_written(line, spec, [text[: TEXT_CHARACTERS // 2] for text in texts]))
    assert outputs
    given = [each for each in outputs if isinstance(each, Assignment)]
    line.briefs(given[-2:])


def _written(line: Line, spec: FeedSpec, texts: list[str]) -> list[Article]:
    found: list[Article] = []
    for at, text in enumerate(texts):
        # A lone surrogate would have the document refused.
        title, _, body = text.encode("utf-8", "replace").decode().partition("\n")
        shape = json.dumps({
            "version": "https://jsonfeed.org/version/1.1", "title": "t",
            "items": [{"id": str(at), "url": f"https://{KELMAR}/{at}", "title": title, "content_text": body}],
        })  # fmt: skip
        document_ = line.parse(shape.encode("utf-8", "surrogatepass"), spec.url)
        if isinstance(document_, Document):
            found += line.articles(document_, spec)
    return found


def test_a_servers_answer_becomes_a_state_that_can_be_kept() -> None:
    """Over real HTTP, with drawn bytes in the status line and every header that is looked at."""
    answers: dict[str, Answer] = {}
    with HostileServer(answers) as server:
        spec = replace(SPEC, url=f"{server.base}/feed")
        fetching = FetchSettings(allow_hosts=server.host)

        async def polled(state: FeedState) -> Outcome:
            async with Fetcher(fetching) as fetcher:
                poller = Poller(fetcher, InProcess(), WorkerSettings(), ScheduleSettings(), 4, lambda: NOW)
                return await poller.poll(Task(spec, state, None))

        @seed(MORE or 1)
        @drawn(max(EXAMPLES // 25, 20))
        @given(SEEDS, documents(1))
        def kept(number: int, shape: Shape) -> None:
            chance = Random(number)
            answers["/feed"] = _answer(chance, shape.body())
            state = asyncio.run(polled(first_state(SPEC.feed_id)))
            for record in (state.state, *state.articles, *state.dead_letters):
                assert CODEC.decode(CODEC.encode(record), type(record)) == record
            # What was kept of it can be sent back.
            answers["/feed"] = _answer(chance, shape.body())
            again = asyncio.run(polled(state.state))
            CODEC.encode(again.state)

        kept()


class InProcess:
    """Reads where it is asked; the parser's own processes have tests of their own."""

    async def read(self, body: bytes, url: str, content_type: str) -> Document:
        return read(body, url, content_type)


def _answer(chance: Random, body: bytes) -> Answer:
    def line() -> bytes:
        drawn = chance.choice(
            (chance.randbytes(chance.randrange(60)), said(chance).encode("utf-8", "replace"))
        )
        return drawn.replace(b"\r", b"").replace(b"\n", b"")

    names = (
        b"ETag",
        b"Last-Modified",
        b"Location",
        b"Content-Type",
        b"Retry-After",
        b"Cache-Control",
        b"Expires",
    )
    headers = b"".join(name + b": " + line() + b"\r\n" for name in names if chance.random() < 0.5)
    status = (
        chance.choice((b"200", b"200", b"301", b"302", b"404", b"410", b"429", b"500", b"304"))
        + b" "
        + line()
    )
    return lambda _: http(body, headers, status)


@pytest.fixture
def client_and_index(tmp_path: Path) -> Iterator[tuple[TestClient, Indexer]]:
    library = library_in(tmp_path)
    view = library.view("live")
    yield (
        TestClient(create_app(library), base_url="http://127.0.0.1", raise_server_exceptions=False),
        Indexer(view.store, view.name, library.encoder),
    )
    library.stop()


def test_what_was_said_is_found_and_shown(client_and_index: tuple[TestClient, Indexer]) -> None:
    """Through the real index: articles, stories and briefs of drawn documents, and questions as strange."""
    client, indexer = client_and_index
    line = Line()

    @seed(MORE or 1)
    @drawn(max(EXAMPLES // 100, 20))
    @given(documents(), SEEDS)
    def shown(shape: Shape, number: int) -> None:
        found = line.parse(shape.body(), SPEC.url)
        if found is None:
            return
        outputs = line.stories(line.articles(found, SPEC))
        given = [each for each in outputs if isinstance(each, Assignment)]
        briefs = line.briefs(given)
        indexer.index([*(each for each in outputs if not isinstance(each, Assignment)), *briefs])
        question = said(Random(number)).encode("utf-8", "replace").decode()[:500]
        asked = ["/api/stories", "/api/briefs", *(f"/api/briefs/{each.brief_id}" for each in briefs)]
        for path in asked:
            answer = client.get(path)
            assert answer.status_code == 200, (path, answer.text)
        answer = client.get("/api/search", params={"q": question})
        assert answer.status_code < 500, (question, answer.text)

    shown()
    assert NOW
