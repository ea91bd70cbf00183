"""The door: HTTP on one side, Flink's REST interface with the stack's certificate on the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus

import aiohttp
from aiohttp import web
from yarl import URL

from flink_jobs.ui import rules
from flink_jobs.ui.settings import UiSettings
from telemetry import mutual
from telemetry.callers import allowed_hosts, refusal
from telemetry.logs import logger

LOG = logger("flink-ui")
ANSWER_S = 30.0
CHUNK_BYTES = 64 * 1024
HEALTH = "/health"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
FLINK = web.AppKey("flink", aiohttp.ClientSession)


def create_app(settings: UiSettings, token: str) -> web.Application:
    """The door for who knows ``token``. No request may have a body."""
    hosts = allowed_hosts(settings.host, settings.hosts)
    app = web.Application(client_max_size=1)

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        refused = refusal(request.method, request.headers, hosts)
        if refused is not None:
            return _said(refused.status, refused.reason)
        return await handler(request)

    async def connected(app: web.Application) -> AsyncIterator[None]:
        # Its own limit is for one server of many; this is the only one.
        connector = aiohttp.TCPConnector(
            ssl=mutual.context(settings.identity) if settings.identity else True, limit=16
        )
        timeout = aiohttp.ClientTimeout(total=ANSWER_S)
        async with aiohttp.ClientSession(
            connector=connector, timeout=timeout, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
        ) as session:
            app[FLINK] = session
            yield

    async def health(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def enter(request: web.Request) -> web.StreamResponse:
        return await _enter(request, settings, token)

    app.middlewares.append(guarded)
    app.cleanup_ctx.append(connected)
    app.router.add_get(HEALTH, health)
    app.router.add_route("*", "/{path:.*}", enter)
    return app


async def _enter(request: web.Request, settings: UiSettings, token: str) -> web.StreamResponse:
    said, query = rules.without_token(request.query_string)
    if said is not None and request.method == "GET" and request.path == "/":
        if not rules.is_token(said, token):
            return _said(401, "This is not the token; `./tw status` prints the address with it.")
        entered = web.Response(status=303, headers={"Location": "/", "Cache-Control": "no-store"})
        entered.headers.update(rules.HEADERS)
        entered.set_cookie(rules.COOKIE, rules.cookie_of(token), httponly=True, samesite="Strict", path="/")
        return entered
    if not rules.is_token(request.cookies.get(rules.COOKIE, ""), rules.cookie_of(token)):
        return _said(401, "Open the address that `./tw status` prints: it has the token.")
    target = request.raw_path.partition("?")[0] + (f"?{query}" if query else "")
    if request.body_exists or not rules.shows_only(request.method, target):
        return _said(403, "Only what shows something is let through; use `./tw jobs` to change something.")
    return await _forwarded(request, f"{settings.url}{target}")


async def _forwarded(request: web.Request, url: str) -> web.StreamResponse:
    """Passed on piece by piece: logs may be long."""
    asked = rules.chosen(request.headers, rules.ASKED)
    answer: web.StreamResponse | None = None
    try:
        async with request.app[FLINK].request(
            request.method, URL(url, encoded=True), headers=asked, allow_redirects=False
        ) as found:
            headers = rules.chosen(found.headers, rules.ANSWERED) | rules.HEADERS
            answer = web.StreamResponse(status=found.status, headers=headers)
            await answer.prepare(request)
            async for piece in found.content.iter_chunked(CHUNK_BYTES):
                await answer.write(piece)
            await answer.write_eof()
    except (aiohttp.ClientError, TimeoutError) as error:
        LOG.warning("Flink did not answer", path=request.path, reason=repr(error))
        if answer is None or not answer.prepared:
            return _said(502, "Flink does not answer; `./tw status` tells what runs.")
        # Its head has gone out: cut off is all that can be said.
        if request.transport is not None:
            request.transport.abort()
    return answer


def _said(status: int, reason: str) -> web.Response:
    text = f"{status} {HTTPStatus(status).phrase}. {reason}\n"
    return web.Response(status=status, text=text, headers={**rules.HEADERS, "Cache-Control": "no-store"})
