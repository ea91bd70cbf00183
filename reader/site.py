"""The page: three static files, under a policy that lets nothing else in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.resources import files

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

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
ADDRESSES = ("/", "/search", "/compare", "/stories/{ident}", "/briefs/{ident}")
Following = Callable[[Request], Awaitable[Response]]


def install(app: FastAPI) -> None:
    """Adds the page's addresses, and the headers to every answer."""
    shell = PAGE.joinpath("index.html").read_text(encoding="utf-8")

    def page() -> HTMLResponse:
        return HTMLResponse(shell, headers={"Cache-Control": "no-cache"})

    for address in ADDRESSES:
        app.add_api_route(address, page, include_in_schema=False)
    for name, media_type in ASSETS.items():
        app.add_api_route(f"/page/{name}", _asset(name, media_type), include_in_schema=False)

    @app.middleware("http")
    async def guarded(request: Request, following: Following) -> Response:
        response = await following(request)
        for name, value in HEADERS.items():
            # What needs less than the page has said so itself.
            response.headers.setdefault(name, value)
        return response


def _asset(name: str, media_type: str) -> Callable[[], Response]:
    content = PAGE.joinpath(name).read_bytes()

    def asset() -> Response:
        return Response(content, media_type=media_type, headers={"Cache-Control": "no-cache"})

    return asset
