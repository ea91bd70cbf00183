"""No page of another origin polls a feed of the newswire: a poll moves its time line on."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from newswire.server import guarded_by
from telemetry.callers import allowed_hosts


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "newswire:18090"}, 200),
        ({"Host": "evil.example"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
    ],
)
async def test_only_its_own_names_are_answered(headers: dict[str, str], status: int) -> None:
    polls: list[str] = []

    async def feed(request: web.Request) -> web.Response:
        polls.append(request.path)
        return web.Response()

    app = web.Application(middlewares=[guarded_by(allowed_hosts("newswire"))])
    app.router.add_get("/feeds/{name}", feed)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/feeds/a", headers=headers)
    assert answer.status == status
    assert len(polls) == (status == 200)
