"""The comparisons of lanes over HTTP: a list for programs and the page, and each as it was drawn."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse

from reader.answers import Answer, Problem
from reader.comparisons import Comparisons
from topics.lane import NAME, Lane

# What is on it was written by feeds and models. It needs no script, so that none may run, whatever it holds;
# in a sandbox it is of no origin, and can ask the reader for nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; sandbox"
HEADERS = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}
Name = Annotated[str, Path(pattern=f"^{NAME.pattern}$")]
compared = APIRouter(tags=["reading"])


class ComparisonAnswer(Answer):
    """Two lanes that were compared. ``url``: the page of it, at the reader."""

    first: str
    second: str
    compared_at: datetime
    verdict: str
    url: str


class ComparisonsAnswer(Answer):
    """The newest first."""

    comparisons: list[ComparisonAnswer]


@compared.get("/api/comparisons")
def comparisons(request: Request) -> ComparisonsAnswer:
    """Comparisons of lanes that `./tw replay compare` has made."""
    return ComparisonsAnswer(
        comparisons=[
            ComparisonAnswer(
                first=each.first.name,
                second=each.second.name,
                compared_at=each.compared_at,
                verdict=each.verdict,
                url=f"/compare/{each.first.name}/{each.second.name}",
            )
            for each in _kept(request).all()
        ]
    )


@compared.get(
    "/compare/{first}/{second}",
    response_class=HTMLResponse,
    responses={404: {"model": Problem}},
)
def comparison(request: Request, first: Name, second: Name) -> HTMLResponse:
    """One of them as a page."""
    return HTMLResponse(_kept(request).get(Lane(first), Lane(second)).page, headers=HEADERS)


def _kept(request: Request) -> Comparisons:
    found: Comparisons = request.app.state.library.comparisons
    return found
