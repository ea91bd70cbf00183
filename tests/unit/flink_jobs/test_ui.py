"""The door in front of Flink's web UI: over real HTTP, with a server that notes what reaches it behind it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from flink_jobs.ui import rules
from flink_jobs.ui.door import create_app
from flink_jobs.ui.settings import UiSettings
from stack import keys

JOB = "0123456789abcdef0123456789abcdef"
TOKEN = "of-the-user"
COOKIE = {rules.COOKIE: rules.cookie_of(TOKEN)}


@pytest.mark.parametrize(
    "target",
    [
        "/", "/index.html", "/main.a877f62051d76ab2.js", "/assets/vs/editor/editor.main.js", "/config",
        "/jobs/overview", f"/jobs/{JOB}", f"/jobs/{JOB}/exceptions?maxExceptions=20",
        f"/jobs/{JOB}/vertices/{JOB}/subtasks/metrics?get=a,b&agg=sum", "/taskmanagers/127.0.0.1:1-ab/log",
        f"/jobs/{JOB}/checkpoints/details/7/subtasks/{JOB}", "/jobmanager/logs/jobmanager.log.1",
    ],
)  # fmt: skip
def test_what_the_pages_show_is_let_through(target: str) -> None:
    assert rules.shows_only("GET", target)
    assert rules.shows_only("HEAD", target)
    for method in ("POST", "PATCH", "PUT", "DELETE", "OPTIONS", "get", "TRACE"):
        assert not rules.shows_only(method, target)


@pytest.mark.parametrize(
    "target",
    [
        f"/jobs/{JOB}/yarn-cancel", f"/jobs/{JOB}/yarn-stop", f"/jobs/{JOB}/stop", f"/jobs/{JOB}/savepoints",
        f"/v1/jobs/{JOB}/yarn-cancel", f"//jobs/{JOB}/yarn-cancel", f"/jobs/{JOB}/yarn%2dcancel",
        f"/jobs/{JOB}/config/../yarn-cancel", f"/jobs/{JOB}/yarn-cancel/", f"/assets/../{JOB}/yarn-cancel",
        f"/jobs/{JOB}/yarn-cancel?x=.js", f"/jobs/{JOB}/yarn-cancel;a.js", f"/jobs/{JOB}/yarn-cancel#.js",
        "/jars", "/jars/upload", "/jars/a.jar/run", "/jobmanager/profiler", "/savepoint-disposal/1",
        f"/jobs/{JOB}/vertices/{JOB}/flamegraph?type=full", "/jobmanager/logs/..%2f..%2fetc%2fpasswd",
        "/jobmanager/logs/../../etc/passwd", "/config\n", "/config ", "/\x00", "/?" + "a" * 5_000, "*", "",
        "http://127.0.0.1/config", f"/applications/{JOB}/cancel", f"/applications/{JOB}/cancel/",
    ],
)  # fmt: skip
def test_what_changes_something_or_is_not_known_is_not(target: str) -> None:
    assert not rules.shows_only("GET", target)


@pytest.fixture
def secrets(tmp_path: Path) -> keys.Keys:
    keys.make(tmp_path / "keys")
    return keys.Keys(tmp_path / "keys")


class Behind:
    """Flink, as far as it matters here: TLS, a certificate asked for, every request noted."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def app(self) -> web.Application:
        async def noted(request: web.Request) -> web.Response:
            self.asked.append((request.method, request.raw_path))
            headers = {"Access-Control-Allow-Origin": "*", "Set-Cookie": "a=b"}
            return web.json_response({"said": request.headers.get("Cookie")}, headers=headers)

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", noted)
        return app


@pytest.fixture
def behind() -> Behind:
    return Behind()


@pytest_asyncio.fixture
async def door(behind: Behind, secrets: keys.Keys) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    asked = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(secrets.identity))
    asked.load_cert_chain(secrets.identity)
    asked.verify_mode = ssl.CERT_REQUIRED
    server = TestServer(behind.app(), scheme="https")
    await server.start_server(ssl=asked)
    settings = UiSettings(
        TIDEWIRE_FLINK_URL=f"https://127.0.0.1:{server.port}",  # type: ignore[call-arg]
        TIDEWIRE_FLINK_IDENTITY=secrets.identity,
        token_file=secrets.ui_token,
    )
    async with TestClient(TestServer(create_app(settings, TOKEN))) as client:
        yield client
    await server.close()


@pytest.mark.asyncio
async def test_the_token_opens_it_once_and_is_then_in_no_address(
    door: TestClient[web.Request, web.Application], behind: Behind
) -> None:
    for query in ({}, {"token": "another"}, {"token": ""}, {"token": TOKEN + "x"}):
        answer = await door.get("/", params=query, allow_redirects=False)
        assert answer.status == 401
        assert "Set-Cookie" not in answer.headers
    entered = await door.get("/", params={"token": TOKEN}, allow_redirects=False)
    assert (entered.status, entered.headers["Location"]) == (303, "/")
    assert entered.headers["Referrer-Policy"] == "no-referrer"
    said = entered.headers["Set-Cookie"]
    assert "HttpOnly" in said
    assert "SameSite=Strict" in said
    assert TOKEN not in said
    assert behind.asked == []
    shown = await door.get("/jobs/overview")
    assert shown.status == 200
    assert await shown.json() == {"said": None}
    assert "Access-Control-Allow-Origin" not in shown.headers
    assert "Set-Cookie" not in shown.headers
    assert behind.asked == [("GET", "/jobs/overview")]


@pytest.mark.asyncio
async def test_nothing_that_changes_something_reaches_flink(
    door: TestClient[web.Request, web.Application], behind: Behind
) -> None:
    for method, path in [
        ("GET", f"/jobs/{JOB}/yarn-cancel"),
        ("PATCH", f"/jobs/{JOB}?mode=cancel"),
        ("POST", "/jobs"),
        ("POST", "/jars/upload"),
        ("DELETE", "/cluster"),
    ]:
        answer = await door.request(method, path, cookies=COOKIE)
        assert answer.status == 403, (method, path)
    with_body = await door.request("GET", "/config", data=b"x" * 100, cookies=COOKIE)
    assert with_body.status == 403
    assert behind.asked == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
async def test_pages_are_refused_with_the_cookie_too(
    door: TestClient[web.Request, web.Application], behind: Behind, headers: dict[str, str], status: int
) -> None:
    for path in ("/jobs/overview", "/health", f"/?token={TOKEN}"):
        answer = await door.get(path, headers=headers, cookies=COOKIE, allow_redirects=False)
        assert answer.status == status
    assert behind.asked == []


@pytest.mark.asyncio
async def test_flink_that_is_away_is_told(secrets: keys.Keys) -> None:
    settings = UiSettings(
        TIDEWIRE_FLINK_URL="https://127.0.0.1:9",  # type: ignore[call-arg]
        TIDEWIRE_FLINK_IDENTITY=secrets.identity,
        token_file=secrets.ui_token,
    )
    async with TestClient(TestServer(create_app(settings, TOKEN))) as client:
        answer = await client.get("/overview", cookies=COOKIE)
        assert answer.status == 502
        assert "./tw status" in await answer.text()


def test_an_empty_token_opens_nothing(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n")
    with pytest.raises(ValueError, match="is empty"):
        UiSettings(token_file=tmp_path / "token").token()
