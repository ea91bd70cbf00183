"""``./tw search`` and ``./tw brief``: what was found, and where every word of it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console

from reader.client import ReaderProblem
from telemetry.times import short_time
from tidewire.indicators import in_words
from tidewire.places import reader
from tidewire.printing import Part, show, show_whole_line, tell_json, terminal

Json = Annotated[bool, typer.Option("--json", help="Print the API's answer as JSON.")]
WORDS = {"USEFUL": "useful", "WRONG": "wrong", "NOT_THIS_STORY": "not of this story"}
LaneName = Annotated[str | None, typer.Option("--lane", help="Of which lane; live, or the one promoted.")]


def search(
    query: Annotated[str, typer.Argument(help="What to look for, in any words.")],
    kind: Annotated[str | None, typer.Option(help="Only brief, article or story.")] = None,
    lane: LaneName = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many.")] = 10,
    language: Annotated[str | None, typer.Option(help="Only in this language, such as de.")] = None,
    desk: Annotated[str | None, typer.Option(help="Only of this desk.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="Not before this ISO time.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Before this ISO time.")] = None,
    as_json: Json = False,
) -> None:
    """Ranked briefs and articles with outlet, date and score."""
    if not query.strip():
        raise ValueError('Nothing to search for: give words, such as ./tw search "port strike"')
    answer = reader().get(
        "/api/search",
        {
            "q": query,
            "kind": kind,
            "lane": lane,
            "limit": limit,
            "language": language,
            "desk": desk,
            "from": since,
            "to": until,
        },
    )
    if as_json:
        tell_json(answer)
        return
    console = terminal()
    if not answer["results"]:
        asked = {"kind": kind, "desk": desk, "language": language, "from": since, "to": until}
        only = "".join(f", {name} {value}" for name, value in asked.items() if value)
        show(console, "Nothing found for ", (query, "bold"), f" in lane {answer['lane']}{only}.")
        return
    for number, result in enumerate(answer["results"], 1):
        print_result(console, number, result)


def print_result(console: Console, number: int, result: dict[str, Any]) -> None:
    """One result of a search; ``result`` as the API gives it."""
    is_brief = result["kind"] == "brief"
    facts = ["brief", f"{result['desk']} desk"] if is_brief else [result["kind"]]
    facts += [", ".join(result["outlets"]) if is_brief else result["outlet"]]
    facts += [short_time(result["date"]), f"score {result['score']:.3f}"]
    if copies := len(result["copies"]):
        facts.append(f"{copies} {'copy' if copies == 1 else 'copies'}")
    show(console, (f"{number:>2}. {result['title']}", "bold"))
    show(console, (" · ".join(part for part in facts if part), "dim"), indent=4)
    if result["snippet"]:
        show(console, result["snippet"], indent=4)
    if not is_brief:
        place = [result["place"]] if result.get("place") else []
        show_whole_line(console, (f"    {' · '.join([*place, result['id']])}", "dim"))
    more = f"./tw brief {result['id']}" if is_brief else result["url"]
    if more:
        show_whole_line(console, (f"    {more}", "cyan"))
    show(console)


def brief(
    brief_id: Annotated[str, typer.Argument(metavar="ID", help="As search prints it, or its beginning.")],
    lane: LaneName = None,
    as_json: Json = False,
) -> None:
    """A brief with numbered citations: quote, outlet, link, date, topic-partition@offset."""
    answer = brief_answer(brief_id, lane)
    if as_json:
        tell_json(answer)
        return
    console = terminal()
    print_brief(console, answer)
    if answer["superseded_by"]:
        print_successors(console, [brief_answer(each, answer["lane"]) for each in answer["superseded_by"]])


def brief_answer(brief_id: str, lane: str | None) -> dict[str, Any]:
    """A brief as the API gives it. Raises ReaderProblem."""
    try:
        found: dict[str, Any] = reader().get(f"/api/briefs/{brief_id}", {"lane": lane})
    except ReaderProblem as problem:
        if problem.status != 404:
            raise
        raise ReaderProblem(
            404, f"No brief {brief_id} {f'in lane {lane}' if lane else 'here'}. `./tw search` prints ids."
        ) from problem
    return found


def print_brief(console: Console, said: dict[str, Any]) -> None:
    """A whole brief; ``said`` as the API gives it."""
    show(console)
    show(console, (said["headline"], "bold"))
    state = "superseded" if said["superseded"] else "current"
    owners = said["independent_families"]
    facts = [
        f"desk {said['desk']}",
        f"story revision {said['story_revision']}",
        f"as known at {short_time(said['date'])}",
        f"{owners} independent owner{'' if owners == 1 else 's'}",
        f"{said['status'].lower()}, {said['writer'].lower()}, {state}",
    ]
    show(console, (" · ".join(facts), "dim"))
    show(console)
    show(console, (said["bottom_line"], "bold"))
    show(console)
    for number, statement in enumerate(said["statements"], 1):
        numbers = "".join(f"[{n}]" for n in statement["citations"])
        told = (f"{number}. {statement['text']} ", (numbers, "cyan"), _standing(statement))
        show(console, *told, indent=2)
    _print_notes(console, said)
    if said["references"]:
        _print_title(console, "Sources")
    for each in said["references"]:
        _print_reference(console, each)


def _standing(statement: dict[str, Any]) -> Part:
    """What a statement is if it is no plain fact."""
    kind = statement.get("kind", "FACT").lower()
    confidence = statement.get("confidence")
    told = ["" if kind == "fact" else kind, statement.get("likelihood") or ""]
    told.append(f"{confidence} confidence" if confidence else "")
    shown = ", ".join(filter(None, told))
    return (f" ({shown})", "dim") if shown else ""


def print_successors(console: Console, later: Sequence[dict[str, Any]]) -> None:
    """The briefs that have taken the place of one; what is new in them says why, if it was withheld."""
    _print_title(console, "Superseded by")
    for each in later:
        show(console, f"• {each['headline']}", indent=2)
        if each["change"]:
            show(console, each["change"], indent=4)
        show_whole_line(console, (f"    ./tw brief {each['id']}", "cyan"))


def _print_notes(console: Console, said: dict[str, Any]) -> None:
    _print_list(console, "What is new", [said["change"]] if said["change"] else [])
    _print_list(console, "Accounts differ", [each["text"] for each in said["contradictions"]])
    _print_list(console, "Not known", said["gaps"])
    _print_list(console, "Indicators", in_words(said["indicators"]))
    _print_list(console, "What readers said", [_marked(each) for each in said["marks"]])


def _marked(mark: dict[str, Any]) -> str:
    about = "the brief" if mark["statement"] is None else f"statement {mark['statement']}"
    note = f": {mark['note']}" if mark["note"] else ""
    return f"{about} is {WORDS.get(mark['verdict'], 'marked')}{note}"


def _print_list(console: Console, title: str, notes: Sequence[str]) -> None:
    if notes:
        _print_title(console, title)
    for note in notes:
        show(console, f"• {note}", indent=2)


def _print_title(console: Console, title: str) -> None:
    show(console)
    show(console, (title, "bold"))


def _print_reference(console: Console, each: dict[str, Any]) -> None:
    show(console, (f"[{each['number']}]", "cyan"), f" “{each['quote']}”")
    if said := each["translation"]:
        shown = f"Machine translation from {said['source_language']}: {' — '.join(said['lines'])}"
        show(console, (shown, "italic"), indent=4)
    date = short_time(each["date"]) if each["date"] else "undated"
    outlet = f"seen at {each['outlet']}" if each.get("sighting") else each["outlet"]
    facts = [outlet, f"grade {each['reliability']}", date, each["place"] or "place unknown"]
    if each["revised"]:
        facts.append("revised since")
    show(console, (" · ".join(facts), "dim"), indent=4)
    show(console, (each["title"], "dim"), indent=4)
    show_whole_line(console, (f"    {each['url']}", "dim"))
