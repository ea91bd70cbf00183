"""Requests on real sockets: the guard, validators, redirects, caps."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from producers.fetch import BodyTooLarge, Fetcher, FetchFailed, Response, Validators
from producers.settings import FetchSettings

PAYLOADS = Path(__file__).resolve().parents[4] / "shared" / "data" / "payloads" / "ssrf_urls.txt"
pytestmark = pytest.mark.integration


class Inward(AbstractResolver):
    """Every name leads to the inside; counts."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        return [ResolveResult(hostname=host, host=self.address, port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        pass


class Site:
    """Handlers by path, and the requests that came."""

    def __init__(self) -> None:
        self.handlers: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.base = ""

    def on(self, path: str, status: int = 200, body: bytes = b"", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(_: web.Request) -> web.Response:
            return web.Response(status=status, body=body, headers=named)

        self.handlers[path] = answer

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request.path, {k.lower(): v for k, v in request.headers.items()}))
        return await self.handlers[request.path](request)


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    app = web.Application()
    app.router.add_get("/{path:.*}", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


async def get(site: Site, path: str, validators: Validators = Validators(), **settings: Any) -> Response:  # noqa: B008
    allowed = FetchSettings(allow_hosts=site.base.removeprefix("http://"), **settings)
    async with Fetcher(allowed) as fetcher:
        return await fetcher.fetch(site.base + path, validators)


@pytest.mark.asyncio
async def test_a_document_with_what_the_next_request_needs(site: Site) -> None:
    site.on("/f", body=b"x", ETag='"1"', Last_Modified="yesterday", Cache_Control="max-age=60")
    response = await get(site, "/f")
    assert (response.body, response.etag, response.last_modified) == (b"x", '"1"', "yesterday")
    assert (response.url, response.permanent_url, response.server_delay_s) == (site.base + "/f", None, 60)
    ((_, headers),) = site.requests
    assert headers["user-agent"].startswith("Tidewire/")
    assert "if-none-match" not in headers


@pytest.mark.asyncio
async def test_validators_go_only_to_the_url_they_belong_to(site: Site) -> None:
    site.on("/old", 302, Location="/new")
    site.on("/new", 304)
    response = await get(site, "/old", Validators(site.base + "/new", '"1"', "yesterday"))
    assert response.body is None
    (_, first), (_, second) = site.requests
    assert "if-none-match" not in first
    assert (second["if-none-match"], second["if-modified-since"]) == ('"1"', "yesterday")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("statuses", "moved_to"),
    [((301,), "/1"), ((308, 301), "/2"), ((302,), None), ((307, 301), None), ((301, 302, 308), "/1")],
)
async def test_only_the_permanent_part_of_a_way_is_kept(
    site: Site, statuses: tuple[int, ...], moved_to: str | None
) -> None:
    for n, status in enumerate(statuses):
        site.on(f"/{n}", status, Location=f"/{n + 1}")
    site.on(f"/{len(statuses)}", body=b"x")
    response = await get(site, "/0")
    assert response.url == f"{site.base}/{len(statuses)}"
    assert response.permanent_url == (site.base + moved_to if moved_to else None)


@pytest.mark.asyncio
async def test_redirects_end(site: Site) -> None:
    site.on("/f", 301, Location="/f")
    with pytest.raises(FetchFailed, match="more than 5 redirects"):
        await get(site, "/f")
    assert len(site.requests) == 6


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status", "gone", "pause", "delay"),
    [(404, False, False, 0), (410, True, False, 0), (429, False, True, 300), (503, False, False, 0)],
)
async def test_answers_that_are_no_document(
    site: Site, status: int, gone: bool, pause: bool, delay: float
) -> None:
    site.on("/f", status)
    with pytest.raises(FetchFailed, match=f"HTTP {status}") as caught:
        await get(site, "/f")
    assert (caught.value.gone, bool(caught.value.pause), caught.value.server_delay_s) == (gone, pause, delay)


@pytest.mark.asyncio
async def test_retry_after_is_passed_on(site: Site) -> None:
    site.on("/f", 429, Retry_After="7200")
    with pytest.raises(FetchFailed) as caught:
        await get(site, "/f")
    assert caught.value.server_delay_s == 7200


@pytest.mark.asyncio
async def test_a_document_beyond_the_cap_is_cut(site: Site) -> None:
    site.on("/f", body=b"x" * 200_000)
    with pytest.raises(BodyTooLarge, match="more than 100000 bytes") as caught:
        await get(site, "/f", max_body_bytes=100_000)
    assert caught.value.head == b"x" * 65_536
    assert len((await get(site, "/f", max_body_bytes=200_000)).body or b"") == 200_000


@pytest.mark.asyncio
async def test_a_compressed_bomb_is_cut_at_the_cap(site: Site) -> None:
    bomb = gzip.compress(b"\0" * 200_000_000, compresslevel=9)
    site.on("/f", body=bomb, Content_Encoding="gzip")
    with pytest.raises(BodyTooLarge):
        await get(site, "/f", max_body_bytes=1_000_000)


@pytest.mark.asyncio
async def test_a_server_that_never_ends_is_left(site: Site) -> None:
    stop = asyncio.Event()

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await stop.wait()
        return response

    site.handlers["/f"] = drip
    with pytest.raises(FetchFailed, match="no answer in 0 s"):
        await get(site, "/f", total_timeout_s=0.2)
    stop.set()


@pytest.mark.asyncio
async def test_what_is_not_allowed_by_name_is_not_fetched(site: Site) -> None:
    site.on("/f", body=b"x")
    port = site.base.rpartition(":")[2]
    async with Fetcher(FetchSettings(allow_ports=port)) as fetcher:
        with pytest.raises(FetchFailed, match=r"127\.0\.0\.1 is no public address"):
            await fetcher.fetch(site.base + "/f", Validators())
    assert site.requests == []


@pytest.mark.asyncio
async def test_a_redirect_does_not_lead_inside(site: Site) -> None:
    site.on("/f", 302, Location=site.base.replace("127.0.0.1", "127.0.0.2") + "/secret")
    with pytest.raises(FetchFailed, match=r"127\.0\.0\.2 is no public address"):
        await get(site, "/f", allow_ports=site.base.rpartition(":")[2])
    assert [path for path, _ in site.requests] == ["/f"]


@pytest.mark.asyncio
@pytest.mark.skipif(not PAYLOADS.is_file(), reason="the shared data folder is not here")
@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "64:ff9b::a9fe:a9fe", "::ffff:10.0.0.1"])
async def test_urls_that_must_never_be_fetched(address: str) -> None:
    urls = [line for line in PAYLOADS.read_text().splitlines() if line.strip()]
    timed_out = []
    # However the host is spelt, and wherever its name leads to.
    async with Fetcher(FetchSettings(total_timeout_s=5), Inward(address)) as fetcher:
        for url in urls:
            with pytest.raises(FetchFailed) as caught:
                await fetcher.fetch(url, Validators())
            if "no answer" in str(caught.value):
                timed_out.append(url)
    assert timed_out == []
    assert len(urls) > 90
