"""``./tw dead``: what could not be used, why, and sending it through again after a fix."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console

from replay.run.select import parse_duration, parse_time
from schemas.records import FeedSpec
from telemetry.times import now_ms, of_millis, of_millis_short
from tidewire.places import answering_broker, codec
from tidewire.printing import cut, show, show_whole_line, tell, tell_json, terminal
from tidewire.retrying import Outcome, retry
from tidewire.tables import show_table
from topics.catalogue import FEEDS_CATALOG
from topics.decoding import latest
from topics.lane import Lane
from topics.letter_choice import Found, Wanted, choose, title_of
from topics.letters import Letter, Retries, letters, named, retries

app = typer.Typer(no_args_is_help=True, help="What could not be used, and sending it through again.")

Stage = Annotated[str | None, typer.Option(help="Who could not use it, such as normalise or indexer.")]
Source = Annotated[str | None, typer.Option(help="A topic, a feed's id, or words of its title.")]
InLane = Annotated[str | None, typer.Option("--lane", help="Whose run; live, or a replay's.")]
Since = Annotated[str | None, typer.Option(help="A time, or how long ago, such as 2026-03-01T06:00 or 24h.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
# Of 80 columns: what is left beside an id and a time.
STAGE, SOURCE, WHY = 10, 15, 23
# So many of a selection go in one call; the next call takes the next ones.
MOST_AT_ONCE = 10_000


@app.command("list")
def list_letters(
    stage: Stage = None,
    source: Source = None,
    lane: InLane = None,
    since: Since = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="So many of the newest.")] = 30,
    as_json: AsJson = False,
) -> None:
    """The newest first, and a count by stage and error of all that fit."""
    broker, reading = answering_broker(), codec()
    titles = _titles(latest(broker, reading, FEEDS_CATALOG, FeedSpec))
    found = choose(letters(broker, reading), _wanted(stage, source, lane, since), titles, limit)
    known = retries(broker, reading)
    if as_json:
        kinds = [{"stage": s, "error": e, "letters": n} for (s, e), n in found.kinds.most_common()]
        rows = [_plain(each, known, titles) for each in found.newest]
        tell_json({"total": found.total, "kinds": kinds, "letters": rows})
    elif not found.total:
        tell("No dead letters that fit; those kept are of the last 30 days.")
    else:
        _show_list(terminal(), found, known, titles)


@app.command("show")
def show_letter(
    letter_id: Annotated[
        str, typer.Argument(metavar="ID", help="As list prints it, such as 3@1207, or its beginning.")
    ],
    as_json: AsJson = False,
) -> None:
    """One letter: what failed, where it stands, its bytes, and whether it was sent through again."""
    broker, reading = answering_broker(), codec()
    (letter,) = named(broker, reading, [letter_id])
    known = retries(broker, reading)
    titles = _titles(latest(broker, reading, FEEDS_CATALOG, FeedSpec))
    if as_json:
        value = letter.said.value
        encoded = None if value is None else base64.b64encode(value).decode()
        tell_json({**_plain(letter, known, titles), "value": encoded, "whole": letter.said.whole})
        return
    _show_letter(terminal(), letter, known, titles)


@app.command("retry")
def retry_letters(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID…", help="As list prints them, or their beginnings.")
    ] = None,
    stage: Stage = None,
    source: Source = None,
    lane: InLane = None,
    since: Since = None,
    as_json: AsJson = False,
) -> None:
    """Send letters through again after a fix, each once: some by their ids, or all that fit."""
    selected = (stage, source, lane, since)
    if bool(ids) == any(selected):
        raise typer.BadParameter("name ids, or say which by --stage, --source, --lane and --since")
    broker, reading = answering_broker(), codec()
    if ids:
        chosen = named(broker, reading, ids)
    else:
        titles = _titles(latest(broker, reading, FEEDS_CATALOG, FeedSpec))
        known = retries(broker, reading)
        left = (each for each in letters(broker, reading) if known.mark_of(each) is None)
        # The oldest first, in the order of the log.
        chosen = choose(left, _wanted(*selected), titles, MOST_AT_ONCE).newest[::-1]
    outcomes = retry(broker, reading, chosen)
    if as_json:
        tell_json([_outcome(each) for each in outcomes])
    else:
        _tell_outcomes(outcomes)
    if any(each.refused for each in outcomes):
        raise typer.Exit(1)


def _wanted(stage: str | None, source: str | None, lane: str | None, since: str | None) -> Wanted:
    at = 0
    if since is not None:
        looks_back = since[:1].isdigit() and since[-1:].isalpha() and "T" not in since.upper()
        at = now_ms() - parse_duration(since) if looks_back else parse_time(since)
    return Wanted(stage, source, None if lane is None else Lane(lane), at)


def _titles(feeds: Mapping[str, FeedSpec]) -> dict[str, str]:
    return {feed_id: spec.title or spec.url for feed_id, spec in feeds.items()}


def _show_list(console: Console, found: Found, known: Retries, titles: dict[str, str]) -> None:
    rows = [
        [
            each.name + ("*" if known.mark_of(each) else ""),
            of_millis_short(each.at),
            cut(each.said.stage, STAGE),
            cut(title_of(each, titles), SOURCE),
            cut(f"{each.said.error}: {each.said.reason}", WHY),
        ]
        for each in found.newest
    ]
    show_table(console, ("id", "when (UTC)", "stage", "source", "why"), rows)
    if any(row[0].endswith("*") for row in rows):
        show(console, "* was sent through again; `./tw dead show ID` tells how that ended")
    show(console, (f"{found.total} in all", "bold"))
    for (stage, error), count in found.kinds.most_common(20):
        show(console, f"{count:>7}  {stage}  {error}")


def _show_letter(console: Console, letter: Letter, known: Retries, titles: dict[str, str]) -> None:
    for name, value in _details(letter, known, titles).items():
        show_whole_line(console, (f"{name:<12}", "bold"), value)
    said = letter.said
    for name, held, whole in (("key", said.key, True), ("bytes", said.value, said.whole)):
        if held is not None:
            how = "" if whole else ", the beginning of what failed"
            show(console, (f"{name} ({len(held)}{how})", "bold"))
            for line in held.decode("utf-8", "backslashreplace").split("\n"):
                show_whole_line(console, line)


def _details(letter: Letter, known: Retries, titles: dict[str, str]) -> dict[str, str]:
    said = letter.said
    lines = {
        "letter": letter.name,
        "when": of_millis(letter.at),
        "stage": said.stage,
        "lane": said.lane or "live",
        "source": title_of(letter, titles),
        "record": "" if letter.of is None else f"{said.topic}-{said.partition}@{said.offset}",
        "url": said.url or "",
        "feed": said.feed_id,
        "article": said.article_id,
        "story": said.story_id,
        "attempt": str(said.attempt) if said.attempt else "",
        "error": said.error,
        "reason": said.reason,
        "sent again": _sent_again(letter, known),
    }
    return {name: value for name, value in lines.items() if value}


def _sent_again(letter: Letter, known: Retries) -> str:
    mark = known.mark_of(letter)
    if mark is None:
        return "no"
    failed = known.failed_again(letter)
    by = "" if mark.said.retried == letter.name else f" with {mark.said.retried}, which is of the same record"
    ended = "it did not fail since" if failed is None else f"it failed again as {failed.name}"
    return f"on {of_millis(mark.at)}{by}, to {_place(mark)}; {ended}"


def _place(mark: Letter) -> str:
    return f"{mark.said.topic}-{mark.said.partition}@{mark.said.offset}"


def _plain(letter: Letter, known: Retries, titles: dict[str, str]) -> dict[str, Any]:
    said, mark, failed = letter.said, known.mark_of(letter), known.failed_again(letter)
    return {
        "id": letter.name,
        "at": letter.at,
        "stage": said.stage,
        "lane": said.lane or "live",
        "source": said.source,
        "title": title_of(letter, titles),
        "topic": said.topic,
        "partition": said.partition,
        "offset": said.offset,
        "url": said.url,
        "feed_id": said.feed_id,
        "article_id": said.article_id,
        "story_id": said.story_id,
        "attempt": said.attempt,
        "error": said.error,
        "reason": said.reason,
        "sent_again_at": None if mark is None else mark.at,
        "sent_again_to": None if mark is None else _place(mark),
        "failed_again_as": None if failed is None else failed.name,
    }


def _outcome(each: Outcome) -> dict[str, Any]:
    went = None if each.went is None else "{}-{}@{}".format(*each.went)
    return {"id": each.letter.name, "sent_to": went, "refused": each.refused or None}


def _tell_outcomes(outcomes: list[Outcome]) -> None:
    for each in outcomes:
        if each.went is None:
            tell(f"{each.letter.name} {each.refused}", err=True)
        elif each.went[0] == FEEDS_CATALOG:
            tell(
                f"{each.letter.name} its feed is read anew at its next poll; "
                "what the feed no longer shows is gone"
            )
        else:
            tell("{} is sent again, to {}-{}@{}".format(each.letter.name, *each.went))
    sent = sum(each.went is not None for each in outcomes)
    tell(f"{sent} sent through again, {len(outcomes) - sent} refused.")
