"""The HTTP API: read-only, described at /openapi.json, errors as problem JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Literal

from confluent_kafka import KafkaException
from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from language.embeddings import Encoder
from reader import problems, site
from reader.answers import (
    ArticleAnswer,
    BriefAnswer,
    Briefs,
    Problem,
    Revisions,
    SearchAnswer,
    Stories,
    StoryAnswer,
)
from reader.compared import compared
from reader.lanes import LaneView, Library
from reader.query import SEARCHED, Scope
from reader.shelf import Shelf
from reader.states import Counts, Dead, DeadKind, Health, JobReading, LaneAnswer, LaneLag, Lanes, Readiness
from sinks.documents import BRIEF, STORY
from sinks.store import NoSuchCollection
from telemetry import callers, metrics
from topics.reading import ReadFailed

REMEMBERED_QUERIES = 2048
Limit = Annotated[int, Query(ge=1, le=100, description="At most so many.")]
Desk = Annotated[str | None, Query(description="Of one desk.", max_length=40)]
Since = Annotated[
    datetime | None, Query(alias="from", description="Not before; UTC unless it says otherwise.")
]
Until = Annotated[datetime | None, Query(alias="to", description="Before.")]
AsOf = Annotated[datetime | None, Query(description="What was the latest at this logged time.")]
Superseded = Annotated[bool, Query(description="Earlier versions too.")]
ERRORS = {status: {"model": Problem} for status in (404, 409, 422, 503)}


def create_app(library: Library, hosts: frozenset[str] = callers.LOOPBACK) -> FastAPI:
    """The reader over a library, which it starts and stops. ``hosts``: names under which it is known."""
    app = FastAPI(
        title="Tidewire reader",
        summary="Stories and briefs, each sentence with its place in the log.",
        version="1",
        lifespan=_lifespan(library),
        docs_url=None,
        redoc_url=None,
    )
    app.state.library = library
    app.state.vector_of = _vectors(library.encoder)
    problems.install(app)
    app.include_router(operations)
    app.include_router(api)
    app.include_router(compared)
    problems.refuse_strangers(app, hosts)
    site.install(app)
    return app


def _lifespan(library: Library) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        library.start()
        yield
        library.stop()

    return running


def _vectors(encoder: Encoder) -> Callable[[str], tuple[float, ...]]:
    @lru_cache(maxsize=REMEMBERED_QUERIES)
    def vector_of(text: str) -> tuple[float, ...]:
        return tuple(encoder.encode([text])[0].tolist())

    return vector_of


def _library(request: Request) -> Library:
    found: Library = request.app.state.library
    return found


def _shelf(
    request: Request,
    lane: Annotated[
        str | None, Query(description="Whose view; live, or the promoted lane, if absent.", max_length=40)
    ] = None,
) -> Shelf:
    name = lane or _library(request).alias.lane().name
    view = _library(request).view(name)
    return Shelf(view.store, view.name, name, request.app.state.vector_of)


InLane = Annotated[Shelf, Depends(_shelf)]
operations = APIRouter(tags=["operations"])
api = APIRouter(prefix="/api", tags=["reading"], responses=ERRORS)  # type: ignore[arg-type]


@operations.get("/health")
def health() -> Health:
    """The process is alive."""
    return Health()


@operations.get("/ready", responses={503: {"model": Readiness}})
def ready(request: Request, response: Response) -> Readiness:
    """How far each view is behind the log, and whether the live lane's jobs read it. Ready once every lane
    has been caught up with, and no job stands still."""
    library = _library(request)
    lags = [_lag(view, library.error) for view in library.all()]
    known = bool(lags) and all(each.lag is not None and each.indexing for each in lags)
    caught_up = known and all(view.caught_up for view in library.all())
    jobs = _jobs(library) if known else None
    stale = jobs is None or any(each.stands for each in jobs)
    if stale or not caught_up:
        response.status_code = 503
    up_to_date: Literal["stale", "ready"] = "stale" if stale else "ready"
    return Readiness(
        status=up_to_date if caught_up else "catching up" if known else "not ready",
        lag=sum(sum((each.lag or {}).values()) for each in lags) if known else None,
        lanes=lags,
        jobs=jobs,
    )


@operations.get("/metrics", include_in_schema=False)
def prometheus() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@api.get("/search")
def search(
    shelf: InLane,
    q: Annotated[
        str, Query(min_length=1, max_length=400, pattern=r"\S", description="Any words, any language.")
    ],
    kind: Annotated[Literal["brief", "article", "story"] | None, Query(description="One kind only.")] = None,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    language: Annotated[str | None, Query(description="ISO 639-1.", pattern="^[a-z]{2}$")] = None,
    desk: Desk = None,
    superseded: Superseded = False,
    limit: Limit = 20,
) -> SearchAnswer:
    """Briefs and articles by meaning and by words, best first."""
    scope = Scope(
        kinds=SEARCHED if kind is None else (kind,),
        since=_ms(since),
        until=_ms(until),
        as_of=_ms(as_of),
        language=language,
        desk=desk,
        superseded=superseded,
    )
    with metrics.SEARCH_SECONDS.time():
        return shelf.search(q, scope, limit)


@api.get("/stories")
def stories(
    shelf: InLane,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    desk: Desk = None,
    gone: Annotated[bool, Query(description="Merged and closed ones too.")] = False,
    limit: Limit = 30,
) -> Stories:
    """The stories that moved last."""
    scope = Scope(kinds=(STORY,), since=_ms(since), until=_ms(until), as_of=_ms(as_of), desk=desk)
    return shelf.stories(scope, gone, limit)


@api.get("/stories/{story_id}")
def story(shelf: InLane, story_id: str) -> StoryAnswer:
    """A story with its articles and briefs, by its id or the beginning of it."""
    return shelf.story(story_id)


@api.get("/stories/{story_id}/revisions")
def revisions(shelf: InLane, story_id: str, as_of: AsOf = None) -> Revisions:
    """How a story grew."""
    return shelf.revisions(story_id, _ms(as_of))


@api.get("/briefs")
def briefs(
    shelf: InLane,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    desk: Desk = None,
    story: Annotated[str | None, Query(description="Of one story.", max_length=40)] = None,
    superseded: Superseded = False,
    withheld: Annotated[bool, Query(description="Withheld ones too.")] = False,
    limit: Limit = 30,
) -> Briefs:
    """Briefs, newest first."""
    scope = Scope(
        kinds=(BRIEF,),
        since=_ms(since),
        until=_ms(until),
        as_of=_ms(as_of),
        desk=desk,
        story=story,
        superseded=superseded,
        withheld=withheld,
    )
    return shelf.briefs(scope, limit)


@api.get("/briefs/{brief_id}")
def brief(shelf: InLane, brief_id: str) -> BriefAnswer:
    """A whole brief, by its id or the beginning of it; its citations are numbered."""
    return shelf.brief(brief_id)


@api.get("/articles/{article_id}")
def article(
    shelf: InLane,
    article_id: str,
    version: Annotated[int | None, Query(ge=0)] = None,
    content_hash: Annotated[str | None, Query(max_length=64)] = None,
) -> ArticleAnswer:
    """An article: an excerpt and where to read the rest."""
    return shelf.article(article_id, version, content_hash)


@api.get("/lanes")
def lanes(request: Request) -> Lanes:
    """Every lane with a view, live first."""
    library = _library(request)
    return Lanes(lanes=[_lane(view) for view in library.all()], promoted=library.alias.lane().name)


@api.get("/dead")
def dead(request: Request) -> Dead:
    """How many records and documents could not be used, by stage and error."""
    found = _library(request).dead_letters.take()
    kinds = [DeadKind(stage=s, error=e, letters=n) for (s, e), n in found.kinds.most_common(100)]
    return Dead(total=found.total, last_hour=found.recent, sent_again=found.retried, kinds=kinds)


@api.get("/counts")
def counts(shelf: InLane) -> Counts:
    """What a view holds."""
    return shelf.counts()


def _lane(view: LaneView) -> LaneAnswer:
    return LaneAnswer(
        name=view.lane.name,
        live=view.lane.is_live,
        view_id=None if view.view is None else view.view.created,
        indexing=view.indexing,
        error=view.error,
    )


def _lag(view: LaneView, looking: str | None) -> LaneLag:
    try:
        # What ended an earlier run is no news once the next one is under way.
        lag, error = view.behind(), None if view.indexing else view.error
    except (KafkaException, ReadFailed, NoSuchCollection) as failed:
        lag, error = None, looking or view.error or str(failed)
    return LaneLag(lane=view.lane.name, indexing=view.indexing, lag=lag, error=error)


def _jobs(library: Library) -> list[JobReading] | None:
    try:
        found = library.progress.take()
    except (KafkaException, ReadFailed):
        return None
    return [JobReading(job=each.job, stands=each.stands, behind_s=round(each.behind_s, 1)) for each in found]


def _ms(moment: datetime | None) -> int | None:
    if moment is None:
        return None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1000)
