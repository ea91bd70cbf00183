"""Servers that answer with whatever bytes they like: what leaves the fetcher is what a record can hold."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio

from producers.fetch import Fetcher, FetchFailed, Response, Validators
from producers.logins import Login
from producers.settings import FetchSettings
from schemas.limits import REASON_CHARACTERS
from schemas.strings import sanitised

pytestmark = pytest.mark.integration
OK = b"HTTP/1.1 200 OK\r\n"


async def closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


class Raw:
    """Answers each path with these bytes, whatever they are, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}
        self.requests: list[bytes] = []
        self.serving: set[asyncio.Task[Any]] = set()
        self.port = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def on(self, path: str, head: bytes, body: bytes = b"x") -> None:
        self.answers[path] = head + b"Content-Length: %d\r\n\r\n" % len(body) + body

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.serving.add(task)
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            self.requests.append(request)
            writer.write(self.answers[request.split(b" ")[1].decode()])
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            await closed(writer)


@pytest_asyncio.fixture
async def raw() -> AsyncIterator[Raw]:
    made = Raw()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
    await asyncio.gather(*made.serving)
    await server.wait_closed()


async def get(raw: Raw, path: str, login: Login | None = None, allow: str = "", **settings: Any) -> Response:
    allowed = FetchSettings(allow_hosts=allow or f"127.0.0.1:{raw.port}", **settings)
    async with Fetcher(allowed) as fetcher:
        return await fetcher.fetch(raw.base + path, Validators(), login)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "said",
    [b'"\xff"', b'"\xed\xa0\x80"', b'"\xe2\x80\xae"', b'"e\xcc\x81"', b'"' + b"x" * 2_000 + b'"', b'"\x85"'],
)
async def test_a_validator_comes_back_as_it_was_or_not_at_all(raw: Raw, said: bytes) -> None:
    raw.on("/f", OK + b"ETag: " + said + b"\r\nLast-Modified: " + said + b"\r\n")
    response = await get(raw, "/f")
    assert (response.etag, response.last_modified) == (None, None)


@pytest.mark.asyncio
async def test_a_validator_of_any_language_is_kept(raw: Raw) -> None:
    raw.on("/f", OK + 'ETag: "größe-新"\r\n'.encode())
    assert (await get(raw, "/f")).etag == '"größe-新"'


@pytest.mark.asyncio
async def test_a_content_type_is_a_string(raw: Raw) -> None:
    raw.on("/f", OK + b"Content-Type: text/xml\xff; charset=\xed\xa0\x80" + b"y" * 3_000 + b"\r\n")
    said = (await get(raw, "/f")).content_type
    assert len(said) <= 1_000
    said.encode()


@pytest.mark.asyncio
@pytest.mark.parametrize("reason", [b"\xff\xfe", b"\xed\xa0\x80", b"\x1b[2J\x1b]0;x\x07", b"x" * 8_000])
async def test_a_reason_is_one_line_that_can_be_told(raw: Raw, reason: bytes) -> None:
    raw.on("/f", b"HTTP/1.1 500 " + reason + b"\r\n")
    with pytest.raises(FetchFailed) as caught:
        await get(raw, "/f")
    said = str(caught.value)
    assert sanitised(said, REASON_CHARACTERS) == said
    said.encode()


@pytest.mark.asyncio
async def test_a_redirect_in_bytes_of_another_encoding_is_followed_as_it_was_meant(raw: Raw) -> None:
    raw.on("/old", b"HTTP/1.1 301 Moved\r\nLocation: /caf\xe9?q=\xff\r\n")
    raw.on("/caf%E9?q=%FF", OK)
    response = await get(raw, "/old")
    assert response.permanent_url == f"{raw.base}/caf%E9?q=%FF"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "location",
    [
        b"http://\xff.example/",
        b"/\x1b[2J",
        b"/a\tb",
        b"http://[::1",
        b"http://a.example:99999/",
        b"http://a.example\\@127.0.0.1/",
        b"/" + b"x" * 3_000,
        "http://{}/".format("\U0001d160" * 400).encode(),
        b"gopher://127.0.0.1/",
        b"http://127.0.0.1:6379/",
    ],
)
async def test_a_redirect_that_leads_nowhere_is_a_clear_failure(raw: Raw, location: bytes) -> None:
    raw.on("/f", b"HTTP/1.1 301 Moved\r\nLocation: " + location + b"\r\n")
    with pytest.raises(FetchFailed) as caught:
        await get(raw, "/f", total_timeout_s=5)
    said = str(caught.value)
    assert "no answer" not in said
    assert sanitised(said, REASON_CHARACTERS) == said
    assert len(raw.requests) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "head",
    [
        b"X: " + b"y" * 50_000 + b"\r\n",
        b"".join(b"X-%d: y\r\n" % n for n in range(5_000)),
        b"ETag: a\x00b\r\n",
        b"ETag: a\rb\r\n",
    ],
)
async def test_heads_without_end_are_refused(raw: Raw, head: bytes) -> None:
    raw.on("/f", OK + head)
    with pytest.raises(FetchFailed) as caught:
        await get(raw, "/f")
    assert len(str(caught.value)) <= REASON_CHARACTERS


@pytest.mark.asyncio
async def test_all_redirects_together_have_the_time_of_one_poll() -> None:
    """Each hop alone would be in time."""
    hops = 0
    serving: set[asyncio.Task[Any]] = set()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal hops
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        await reader.readuntil(b"\r\n\r\n")
        hops += 1
        await asyncio.sleep(0.5)
        writer.write(b"HTTP/1.1 302 F\r\nLocation: /%d\r\nContent-Length: 0\r\n\r\n" % hops)
        await closed(writer)

    server = await asyncio.start_server(slow, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = FetchSettings(allow_hosts=f"127.0.0.1:{port}", total_timeout_s=1.2, max_redirects=1_000)
    async with Fetcher(settings) as fetcher:
        with pytest.raises(FetchFailed, match="no answer"):
            await fetcher.fetch(f"http://127.0.0.1:{port}/", Validators())
    assert hops < 10
    server.close()
    await asyncio.gather(*serving)
    await server.wait_closed()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "head",
    [
        OK + b"Content-Length: 1000000\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n",
        OK + b"\r\n",
        OK + b"Content-Encoding: gzip\r\nContent-Length: 1000000\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\xff",
        b"HTTP/1.1 200 O",
        OK + b"X: ",
    ],
    ids=["body", "chunks", "until the end", "gzip", "status line", "header"],
)
async def test_what_comes_byte_by_byte_for_ever_has_the_time_of_one_poll(head: bytes) -> None:
    """No single wait is long, so that only a time for the whole of it can end it."""
    sent = 0
    serving: set[asyncio.Task[Any]] = set()
    # Of gzip an empty block: it goes on for ever and never says a thing.
    piece = b"1\r\nx\r\n" if b"chunked" in head else b"\0\0\0\xff\xff" if b"gzip" in head else b"H"

    async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        with suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(head)
            while not writer.is_closing() and sent < 2_000:
                writer.write(piece)
                await writer.drain()
                sent += 1
                await asyncio.sleep(0.01)
        await closed(writer)

    server = await asyncio.start_server(dripping, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = FetchSettings(allow_hosts=f"127.0.0.1:{port}", total_timeout_s=1)
    async with Fetcher(settings) as fetcher:
        with pytest.raises(FetchFailed, match="no answer in 1 s"):
            await fetcher.fetch(f"http://127.0.0.1:{port}/", Validators())
    assert sent > 1
    server.close()
    await asyncio.gather(*serving)
    await server.wait_closed()


@pytest.mark.asyncio
async def test_a_server_outside_does_not_lead_to_what_was_allowed_by_name(raw: Raw) -> None:
    """A name that nobody allowed, which leads to a server that sends on to the one that was allowed."""
    raw.on("/f", b"HTTP/1.1 302 F\r\nLocation: http://localhost:%d/inside\r\n" % raw.port)
    raw.on("/inside", OK)
    with pytest.raises(FetchFailed, match=r"no public address|not fetched from port"):
        await get(raw, "/f")


@pytest.mark.asyncio
async def test_a_login_goes_to_its_own_server_only(raw: Raw) -> None:
    login = Login(f"http://127.0.0.1:{raw.port}", "desk", "s3crét")
    raw.on("/f", b"HTTP/1.1 302 F\r\nLocation: /g\r\n")
    raw.on("/g", b"HTTP/1.1 302 F\r\nLocation: http://other:pw@localhost:%d/h\r\n" % raw.port)
    raw.on("/h", b"HTTP/1.1 302 F\r\nLocation: %s/back\r\n" % raw.base.encode())
    raw.on("/back", b"HTTP/1.1 404 No\r\n")
    with pytest.raises(FetchFailed) as caught:
        await get(raw, "/f", login, allow=f"127.0.0.1:{raw.port},localhost:{raw.port}")
    asked = base64.b64encode("desk:s3crét".encode())
    assert [asked in each for each in raw.requests] == [True, True, False, False]
    assert all(b"pw@" not in each and base64.b64encode(b"other:pw") not in each for each in raw.requests)
    assert "s3cr" not in str(caught.value)
    assert "pw" not in str(caught.value)
    assert "s3cr" not in repr(login)
