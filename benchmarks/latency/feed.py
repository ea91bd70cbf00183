"""A feed server that adds entries at a steady rate and remembers when each first left."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from xml.sax.saxutils import escape

from aiohttp import web

FEEDS = 10
KEPT = 60
SYLLABLES = (
    "ka",
    "lor",
    "min",
    "ves",
    "tar",
    "ond",
    "bri",
    "sel",
    "dum",
    "fax",
    "gor",
    "nim",
    "pel",
    "quo",
    "zan",
)
EVENTS = (
    "{place} council approves a new bridge over the river {river}",
    "Fire closes the {name} chemical works in {place}",
    "{name} elected mayor of {place} after second count",
    "Researchers in {place} find a cheaper {name} battery",
    "{place} harbour reopens after the {name} storm",
    "{name} group buys the {place} shipyard",
    "Court in {place} clears {name} of fraud",
    "Drought forces {place} to ration water from lake {river}",
)


def event(source: random.Random) -> tuple[str, str]:
    """Title and text of an event of its own, so of a story of its own."""
    words = {name: _word(source) for name in ("place", "name", "river")}
    title = source.choice(EVENTS).format(**words)
    others = " ".join(_word(source) for _ in range(6))
    text = (
        f"{title}, officials said. The decision concerns {others} and {source.randint(20, 900)} "
        f"households near {words['river']}. {words['name']} declined to comment."
    )
    return title, text


def _word(source: random.Random) -> str:
    return "".join(source.choice(SYLLABLES) for _ in range(3)).capitalize()


@dataclass
class Entry:
    """One entry; times are epoch seconds, ``served_at`` None until a poll got it."""

    number: int
    title: str
    text: str
    made_at: float
    served_at: float | None = None


@dataclass
class Server:
    """``FEEDS`` feeds in one process; entries go round them."""

    port: int
    source: random.Random = field(default_factory=lambda: random.Random(7))
    entries: list[Entry] = field(default_factory=list)

    def add(self) -> None:
        """One more entry."""
        self.entries.append(Entry(len(self.entries), *event(self.source), time.time()))

    def url(self, feed: int) -> str:
        """Of one feed."""
        return f"http://127.0.0.1:{self.port}/{feed}"

    def body(self, feed: int) -> str:
        """The feed's newest entries as RSS; from here on they count as served."""
        shown = [entry for entry in self.entries if entry.number % FEEDS == feed][-KEPT:]
        for entry in shown:
            entry.served_at = entry.served_at or time.time()
        items = "".join(
            f"<item><title>{escape(e.title)}</title><link>https://bench{feed}.example/{e.number}</link>"
            f"<guid>{e.number}</guid><pubDate>{formatdate(e.made_at)}</pubDate>"
            f"<description>{escape(e.text)}</description></item>"
            for e in reversed(shown)
        )
        channel = f"<channel><title>Bench {feed}</title>{items}</channel>"
        return f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>'

    def start(self) -> None:
        """Serves in a thread of its own until the process ends."""
        started = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve(started)), daemon=True).start()
        started.wait(30)

    async def _serve(self, started: threading.Event) -> None:
        async def answer(request: web.Request) -> web.Response:
            feed = int(request.match_info["feed"])
            tag = f'"{sum(entry.number % FEEDS == feed for entry in self.entries)}"'
            if request.headers.get("If-None-Match") == tag:
                return web.Response(status=304)
            return web.Response(
                text=self.body(feed), content_type="application/rss+xml", headers={"ETag": tag}
            )

        app = web.Application()
        app.router.add_get("/{feed:\\d+}", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        started.set()
        await asyncio.Event().wait()
