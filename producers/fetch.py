"""One HTTP request for one feed: conditional, capped in size and time, redirects by hand. Parses nothing.

Redirects are followed here and not by the client, so that every hop passes the guard, validators and
logins go only to where they belong, and permanent moves are told from temporary ones. What a server says
in headers leaves here as strings that any record may hold.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import quote, urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from producers.addresses import UrlDenied, check_port, check_url, check_written, guarded_socket
from producers.freshness import server_delay_s
from producers.logins import Login, origin_of
from producers.settings import FetchSettings
from producers.urls import without_userinfo
from schemas.limits import (
    HEADER_BYTES,
    HEADER_CHARACTERS,
    HEADERS,
    REASON_CHARACTERS,
    URL_CHARACTERS,
)
from schemas.strings import sanitised

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/json;q=0.8, application/xml;q=0.8, text/xml;q=0.8, */*;q=0.5"
)
PERMANENT = frozenset((301, 308))
REDIRECTS = frozenset((301, 302, 303, 307, 308))
CHUNK = 64 * 1024
DEFAULT_PAUSE_S = 300.0
# As much of an address as a reason begins with, so that there is room for what happened.
NAMED_CHARACTERS = 500

_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


class FetchFailed(Exception):
    """No document came. ``gone``: never will; ``pause``: the host to be left alone, as host_of says it."""

    def __init__(
        self, reason: str, *, server_delay_s: float = 0.0, gone: bool = False, pause: str = ""
    ) -> None:
        super().__init__(sanitised(reason, REASON_CHARACTERS))
        self.server_delay_s = server_delay_s
        self.gone = gone
        self.pause = pause


class BodyTooLarge(Exception):
    """A document beyond the size cap; ``head`` is what was read of it."""

    def __init__(self, reason: str, url: str, head: bytes) -> None:
        super().__init__(reason)
        self.url = url
        self.head = head


@dataclass(frozen=True, slots=True)
class Validators:
    """What one URL answered with last time."""

    url: str | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """A document, or the news that it has not changed (``body`` None).

    ``permanent_url`` is where the asked URL has moved for good, if it has.
    """

    url: str
    permanent_url: str | None
    body: bytes | None
    etag: str | None
    last_modified: str | None
    content_type: str
    server_delay_s: float


class Fetcher:
    """An async context manager that holds the connections.

    Hosts named in the settings' ``allow_hosts`` are fetched through a connector without the
    address guard; all others through the guarded one. ``resolver`` is for tests.
    """

    def __init__(self, settings: FetchSettings, resolver: AbstractResolver | None = None) -> None:
        self._settings = settings
        self._resolver = resolver
        self._guarded: aiohttp.ClientSession | None = None
        self._open: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._guarded = self._session(guard=True)
        self._open = self._session(guard=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in (self._guarded, self._open):
            if session is not None:
                await session.close()

    async def fetch(self, url: str, validators: Validators, login: Login | None = None) -> Response:
        """Asks for ``url``, redirects and all within the total time. Raises FetchFailed, or BodyTooLarge."""
        try:
            async with asyncio.timeout(self._settings.total_timeout_s):
                return await self._follow(url, validators, login)
        except UrlDenied as error:
            raise FetchFailed(str(error)) from error
        except TimeoutError as error:
            raise FetchFailed(
                f"{_named(url)}: no answer in {self._settings.total_timeout_s:.0f} s"
            ) from error
        except (aiohttp.ClientError, ssl.SSLError, OSError, ValueError) as error:
            raise FetchFailed(f"{_named(url)}: {type(error).__name__}: {error}") from error

    async def _follow(self, url: str, validators: Validators, login: Login | None) -> Response:
        asked, permanent, still_permanent = url, None, True
        guarded = False
        for _ in range(self._settings.max_redirects + 1):
            target, allowed = self._checked(url)
            # A server outside must not lead to what the operator let through for feeds of their own.
            guarded = guarded or not allowed
            # Having left its server, it stays away: whoever sends back may choose what is asked there.
            login = login if login is not None and login.is_for(origin_of(str(target))) else None
            headers = _headers(url, validators, login)
            session = self._session_for(guarded)
            async with session.get(target, headers=headers, allow_redirects=False) as answer:
                said = answer.headers.get("Location")
                if answer.status in REDIRECTS and said:
                    still_permanent = still_permanent and answer.status in PERMANENT
                    url = redirected(url, said)
                    permanent = url if still_permanent else permanent
                    continue
                return await self._answered(url, permanent, answer)
        most = self._settings.max_redirects
        raise FetchFailed(f"{_named(asked)}: more than {most} redirects, the last to {_named(url)}")

    async def _answered(self, url: str, permanent: str | None, answer: aiohttp.ClientResponse) -> Response:
        delay = server_delay_s(answer.headers)
        if answer.status not in (200, 203, 304):
            throttled = answer.status == 429
            raise FetchFailed(
                f"{_named(url)}: HTTP {answer.status} {answer.reason or ''}".rstrip(),
                server_delay_s=delay or (DEFAULT_PAUSE_S if throttled else 0.0),
                gone=answer.status == 410,
                pause=host_of(url) if throttled else "",
            )
        body = None if answer.status == 304 else await self._body(url, answer)
        return Response(
            url=url,
            permanent_url=permanent,
            body=body,
            etag=returnable(answer.headers.get("ETag")),
            last_modified=returnable(answer.headers.get("Last-Modified")),
            content_type=sanitised(answer.headers.get("Content-Type", ""), HEADER_CHARACTERS),
            server_delay_s=delay,
        )

    async def _body(self, url: str, answer: aiohttp.ClientResponse) -> bytes:
        cap = self._settings.max_body_bytes
        body = bytearray()
        # Counted after decompression, which the client does in bounded steps: a bomb is cut, not filled.
        async for chunk in answer.content.iter_chunked(CHUNK):
            body += chunk
            if len(body) > cap:
                raise BodyTooLarge(
                    f"{_named(url)}: a document of more than {cap} bytes", url, bytes(body[:CHUNK])
                )
        return bytes(body)

    def _checked(self, url: str) -> tuple[URL, bool]:
        """What is asked for, and whether the operator named its host. Raises UrlDenied."""
        check_url(url)
        # The client's own reading decides, or two readings of one address could be played off.
        target = URL(url)
        host, port, allowed = (target.raw_host or "").lower(), target.port, self._settings.allowed
        if {f"{host}:{port}", f"[{host}]:{port}"} & allowed:
            return target, True
        check_port(f"{host}:{port}", self._settings.allowed_ports)
        return target, bool({host, target.host} & allowed)

    def _session_for(self, guarded: bool) -> aiohttp.ClientSession:
        session = self._guarded if guarded else self._open
        if session is None:
            raise RuntimeError("a Fetcher is used inside `async with`")
        return session

    def _session(self, guard: bool) -> aiohttp.ClientSession:
        settings = self._settings
        connector = aiohttp.TCPConnector(
            socket_factory=guarded_socket if guard else None,
            resolver=self._resolver,
            limit=0,
            limit_per_host=settings.per_host,
        )
        return aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(
                total=settings.total_timeout_s, sock_connect=settings.connect_timeout_s
            ),
            headers={
                "User-Agent": user_agent(settings.contact),
                "Accept": ACCEPT,
                "Accept-Encoding": "gzip, deflate",
            },
            cookie_jar=aiohttp.DummyCookieJar(),
            max_line_size=HEADER_BYTES,
            max_field_size=HEADER_BYTES,
            max_headers=HEADERS,
            trust_env=False,
        )


def user_agent(contact: str) -> str:
    """Who asks, and where to complain."""
    return f"Tidewire/0.1 (feed reader{f'; +{contact}' if contact else ''})"


def redirected(base: str, said: str) -> str:
    """Where a Location header leads to, in ASCII and without a user. Raises FetchFailed, ValueError."""
    if len(said) > URL_CHARACTERS:
        raise FetchFailed(
            f"{_named(base)}: a redirect to an address of {len(said)} characters, more than {URL_CHARACTERS}"
        )
    try:
        said.encode()
    except UnicodeEncodeError:
        # Bytes of another encoding: the server understands them as they were.
        said = _NOT_ASCII.sub(lambda found: quote(found.group().encode("utf-8", "surrogateescape")), said)
    try:
        # First: joining would drop some of what is not to be there.
        check_written(said)
        target = without_userinfo(urljoin(base, said))
        check_url(target)
        return str(URL(target))
    except ValueError as error:
        raise FetchFailed(f"{_named(base)}: a redirect that cannot be followed: {error}") from error


def returnable(said: str | None) -> str | None:
    """A validator, which is sent back exactly as it came: None for one that no record can hold as it is."""
    return said if said and sanitised(said, HEADER_CHARACTERS) == said else None


def host_of(url: str) -> str:
    """Host and port, for limits and pauses; empty for what is no URL."""
    try:
        return urlsplit(url[:URL_CHARACTERS]).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def _named(url: str) -> str:
    """An address as a reason begins with it."""
    return url if len(url) <= NAMED_CHARACTERS else f"{url[:NAMED_CHARACTERS]}…"


def _headers(url: str, validators: Validators, login: Login | None) -> dict[str, str]:
    headers = {} if login is None else {"Authorization": login.header}
    if validators.url == url:
        if validators.etag:
            headers["If-None-Match"] = validators.etag
        if validators.last_modified:
            headers["If-Modified-Since"] = validators.last_modified
    return headers
