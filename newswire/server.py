"""The wiring: HTTP in front of a player."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from email.utils import formatdate, parsedate_to_datetime

from aiohttp import web
from aiohttp.typedefs import Middleware

from newswire.catalogue import as_json, as_opml
from newswire.ledger import Ledger
from newswire.pacing import Clock, LockStep, LookUp, Now, Pace
from newswire.player import Player, Programme, Reply
from newswire.settings import NewswireSettings
from telemetry.callers import allowed_hosts, refusal
from telemetry.logs import logger

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PLAYER = web.AppKey("player", Player)
PACE: web.AppKey[Pace] = web.AppKey("pace")
NOW: web.AppKey[Now] = web.AppKey("now")


def create_app(
    settings: NewswireSettings,
    programme: Programme,
    catalogue: list[dict[str, object]],
    look_up: LookUp,
    now: Now,
) -> web.Application:
    """The feed server of one programme; its ledger lies in ``settings.folder``."""
    player = Player(programme, Ledger(settings.folder / "ledger.jsonl", programme.name))
    pace: Pace = (
        LockStep(player, look_up, now, settings.look_every_s, settings.stall_after_s)
        if settings.mode == "lock"
        else Clock(player, now, settings.seconds, settings.look_every_s)
    )
    app = web.Application(middlewares=[guarded_by(allowed_hosts(settings.host))])
    app[PLAYER], app[PACE], app[NOW] = player, pace, now
    app.router.add_get("/feeds/{name}", _feed)
    app.router.add_get("/moved/{name}", _feed)
    app.router.add_get("/ledger", _ledger)
    app.router.add_get("/ledger/summary", _summary)
    app.router.add_get("/status", _status(settings.mode))
    app.router.add_get("/catalogue.json", _text(lambda: as_json(catalogue), "application/json"))
    app.router.add_get("/catalogue.opml", _text(lambda: as_opml(catalogue, programme.name), "text/x-opml"))
    app.cleanup_ctx.append(_pacing)
    return app


def guarded_by(hosts: frozenset[str]) -> Middleware:
    """A poll moves the time line on: no page of another origin may cause one."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        refused = refusal(request.method, request.headers, hosts)
        if refused is not None:
            return web.Response(status=refused.status, text=f"{refused.reason}\n")
        return await handler(request)

    return guarded


async def _pacing(app: web.Application) -> AsyncIterator[None]:
    app[PLAYER].open(app[NOW]())
    task = asyncio.create_task(_paced(app[PACE]))
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _paced(pace: Pace) -> None:
    try:
        await pace.run()
    except Exception:
        logger("newswire").exception("the time line stopped; restart the newswire to go on from its ledger")
        pace.stalled = "the time line stopped on an error: see the newswire's log"
        raise


async def _feed(request: web.Request) -> web.StreamResponse:
    player, name = request.app[PLAYER], request.match_info["name"]
    if request.path.startswith("/feeds/") and (moved := player.moved(name, f"/moved/{name}")):
        return _response(moved, None)
    reply = player.answer(name, request.app[NOW](), _conditions(request), poll=request.method == "GET")
    if reply.drop:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)
    return _response(reply, player.changed_at(name))


def _response(reply: Reply, changed_at: int | None) -> web.Response:
    headers = dict(reply.headers)
    if "ETag" in headers and changed_at is not None:
        headers["Last-Modified"] = formatdate(changed_at / 1000, usegmt=True)
    return web.Response(status=reply.status, body=reply.body, headers=headers)


def _conditions(request: web.Request) -> dict[str, str]:
    found = {}
    if tags := request.headers.get("If-None-Match"):
        found["if-none-match"] = tags
    if since := request.headers.get("If-Modified-Since"):
        # RFC 9110 13.1.3: a date that cannot be read is no condition.
        with suppress(ValueError):
            found["if-modified-since"] = str(int(parsedate_to_datetime(since).timestamp() * 1000))
    return found


async def _ledger(request: web.Request) -> web.FileResponse:
    return web.FileResponse(request.app[PLAYER].ledger.path, headers={"Content-Type": "application/jsonl"})


async def _summary(request: web.Request) -> web.Response:
    return web.json_response(request.app[PLAYER].ledger.summary())


def _status(mode: str) -> Handler:
    async def status(request: web.Request) -> web.Response:
        player, pace = request.app[PLAYER], request.app[PACE]
        step = player.step
        return web.json_response(
            {
                "mode": mode,
                "play": player.programme.name,
                "step": player.released,
                "steps": player.programme.steps[-1].number,
                "now": f"{step.feed}: {step.what}" if step else "",
                "done": pace.done,
                "served": len(player.ledger.units),
                "waiting_for": pace.waiting_for,
                "stalled": pace.stalled,
            }
        )

    return status


def _text(write: Callable[[], str], content_type: str) -> Handler:
    async def text(request: web.Request) -> web.Response:
        return web.Response(text=write(), content_type=content_type)

    return text
