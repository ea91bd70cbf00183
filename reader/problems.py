"""Errors as people and programs read them: RFC 9457 problem JSON, with what to do about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from confluent_kafka import KafkaException
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from reader.alias import AliasBroken
from reader.answers import Problem
from reader.comparisons import NotCompared
from reader.lanes import NoSuchLane
from schemas.prefixes import Ambiguous
from sinks.store import StoreError
from telemetry import logs
from telemetry.callers import refusal
from topics.reading import ReadFailed

LOG = logs.logger("api")
Following = Callable[[Request], Awaitable[Response]]
REMEDIES = {
    404: "Check the address; /openapi.json lists them all.",
    405: "Use GET: the reader only reads.",
}


class NotThere(Exception):
    """What was asked for is not in the view. ``kind`` and ``ident`` say what."""

    def __init__(self, kind: str, ident: str, lane: str) -> None:
        super().__init__(f"There is no {kind} {ident} in lane {lane}.")
        self.kind = kind


def install(app: FastAPI) -> None:
    """Every error of the app is answered as problem JSON."""
    app.add_exception_handler(NotThere, _not_there)
    app.add_exception_handler(Ambiguous, _ambiguous)
    app.add_exception_handler(NoSuchLane, _no_lane)
    app.add_exception_handler(NotCompared, _not_compared)
    app.add_exception_handler(AliasBroken, _alias)
    app.add_exception_handler(StoreError, _store)
    app.add_exception_handler(KafkaException, _log)
    app.add_exception_handler(ReadFailed, _log)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)


def refuse_strangers(app: FastAPI, hosts: frozenset[str]) -> None:
    """Answers what other pages ask, and what came under another name, with a problem alone."""

    @app.middleware("http")
    async def refused(request: Request, following: Following) -> Response:
        found = refusal(request.method, request.headers, hosts)
        if found is None:
            return await following(request)
        remedy = "TIDEWIRE_READER_HOSTS names further hosts under which it is reached."
        return problem(request, found.status, "Not for this server", found.reason, remedy)


def problem(request: Request, status: int, title: str, detail: str, remedy: str) -> JSONResponse:
    """The answer."""
    said = Problem(title=title, status=status, detail=detail, instance=request.url.path, remedy=remedy)
    return JSONResponse(said.model_dump(), status, media_type="application/problem+json")


def _not_there(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, NotThere)
    remedy = "It may not be indexed yet (/ready tells how far behind the index is), or be in another lane."
    return problem(request, 404, f"No such {error.kind}", str(error), remedy)


def _ambiguous(request: Request, error: Exception) -> JSONResponse:
    return problem(request, 409, "Several begin so", str(error), "/api/search and the lists give whole ids.")


def _no_lane(request: Request, error: Exception) -> JSONResponse:
    detail = f"There is no lane {error.args[0]!r}."
    return problem(request, 404, "No such lane", detail, "/api/lanes lists the lanes there are.")


def _not_compared(request: Request, error: Exception) -> JSONResponse:
    first, second = error.args
    detail = f"There is no comparison of {first} and {second}."
    remedy = f"`./tw replay compare {first} {second}` makes one; /compare lists those there are."
    return problem(request, 404, "Not compared", detail, remedy)


def _alias(request: Request, error: Exception) -> JSONResponse:
    remedy = "Name a lane in the request, or promote one."
    return problem(request, 503, "No lane to read", str(error), remedy)


def _store(request: Request, error: Exception) -> JSONResponse:
    LOG.error("the index failed", path=request.url.path, reason=str(error))
    remedy = "Try again in a moment; if it stays, look at the reader's log and restart it."
    return problem(request, 503, "The index does not answer", str(error), remedy)


def _log(request: Request, error: Exception) -> JSONResponse:
    LOG.warning("the log does not answer", path=request.url.path, reason=str(error))
    remedy = "Try again in a moment; `./tw status` tells whether Kafka runs."
    return problem(request, 503, "The log does not answer", str(error), remedy)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    said = [f"{'.'.join(map(str, each['loc'][1:]))}: {each['msg']}" for each in error.errors()]
    remedy = "Correct the parameters; /openapi.json says what each may be."
    return problem(request, 422, "A parameter is not right", "; ".join(said), remedy)


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    remedy = REMEDIES.get(error.status_code, "See /openapi.json.")
    return problem(
        request, error.status_code, str(error.detail), f"{request.method} {request.url.path}", remedy
    )


def _bug(request: Request, error: Exception) -> JSONResponse:
    LOG.error("unexpected error", path=request.url.path, exc_info=error)
    detail = f"{type(error).__name__} while answering."
    return problem(request, 500, "The reader made a mistake", detail, "Report it with the reader's log.")
