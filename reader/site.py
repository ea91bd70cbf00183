"""The page: a few static files, under a policy that lets nothing else in, and the comparisons of lanes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.resources import files

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from reader.comparisons import POLICY, Comparisons, listed
from topics.lane import Lane

PAGE = files("reader") / "page"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ASSETS = {
    "app.js": "text/javascript",
    "views.js": "text/javascript",
    "style.css": "text/css",
    "icon.svg": "image/svg+xml",
}
ADDRESSES = ("/", "/search", "/stories/{ident}", "/briefs/{ident}")
Following = Callable[[Request], Awaitable[Response]]


def install(app: FastAPI, comparisons: Comparisons) -> None:
    """Adds the page's addresses, and the headers to every answer."""
    shell = PAGE.joinpath("index.html").read_text(encoding="utf-8")

    def page() -> HTMLResponse:
        return HTMLResponse(shell, headers={"Cache-Control": "no-cache"})

    for address in ADDRESSES:
        app.add_api_route(address, page, include_in_schema=False)
    for name, media_type in ASSETS.items():
        app.add_api_route(f"/page/{name}", _asset(name, media_type), include_in_schema=False)

    _show(app, comparisons)

    @app.middleware("http")
    async def guarded(request: Request, following: Following) -> Response:
        response = await following(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def _show(app: FastAPI, comparisons: Comparisons) -> None:
    """Adds the comparisons' addresses."""
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}

    def compared() -> HTMLResponse:
        return HTMLResponse(listed(comparisons.all()), headers=headers)

    def comparison(first: str, second: str) -> HTMLResponse:
        try:
            page = comparisons.page(Lane(first), Lane(second))
        except ValueError as error:
            raise HTTPException(404, str(error)) from error
        if page is None:
            asked = f"./tw replay compare {first} {second}"
            raise HTTPException(404, f"{first} and {second} were not compared yet: `{asked}` does")
        return HTMLResponse(page, headers=headers)

    app.add_api_route("/compare", compared, include_in_schema=False)
    app.add_api_route("/compare/{first}/{second}", comparison, include_in_schema=False)


def _asset(name: str, media_type: str) -> Callable[[], Response]:
    content = PAGE.joinpath(name).read_bytes()

    def asset() -> Response:
        return Response(content, media_type=media_type, headers={"Cache-Control": "no-cache"})

    return asset
