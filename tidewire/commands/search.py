"""``./tw search`` and ``./tw brief``: what was found, and where every word of it stands."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from tidewire.places import reader
from tidewire.reader_client import ReaderProblem
from tidewire.times import short_time

Json = Annotated[bool, typer.Option("--json", help="Print the API's answer as JSON.")]
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
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    console = Console(highlight=False)
    if not answer["results"]:
        console.print(f"Nothing found for [bold]{escape(query)}[/] in lane {escape(answer['lane'])}.")
        return
    for number, result in enumerate(answer["results"], 1):
        _print_result(console, number, result)


def _print_result(console: Console, number: int, result: dict[str, Any]) -> None:
    outlets = ", ".join(result["outlets"]) if result["kind"] == "brief" else result["outlet"]
    facts = [result["kind"], outlets, short_time(result["date"]), f"score {result['score']:.3f}"]
    if result["copies"]:
        facts.append(f"{len(result['copies'])} copies")
    console.print(f"[bold]{number:>2}. {escape(result['title'])}[/]")
    console.print(Padding(f"[dim]{escape(' · '.join(part for part in facts if part))}[/]", (0, 0, 0, 4)))
    if result["snippet"]:
        console.print(Padding(escape(result["snippet"]), (0, 0, 0, 4)))
    more = f"./tw brief {result['id']}" if result["kind"] == "brief" else result["url"] or result["id"]
    console.print(Padding(f"[cyan]{escape(more)}[/]", (0, 0, 1, 4)))


def brief(
    brief_id: Annotated[str, typer.Argument(metavar="ID", help="As search prints it.")],
    lane: LaneName = None,
    as_json: Json = False,
) -> None:
    """A brief with numbered citations: quote, outlet, link, date, topic-partition@offset."""
    try:
        answer = reader().get(f"/api/briefs/{brief_id}", {"lane": lane})
    except ReaderProblem as problem:
        if problem.status != 404:
            raise
        raise ReaderProblem(
            404, f"No brief {brief_id} {f'in lane {lane}' if lane else 'here'}. `./tw search` prints ids."
        ) from problem
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    _print_brief(Console(highlight=False), answer)


def _print_brief(console: Console, said: dict[str, Any]) -> None:
    console.print(f"\n[bold]{escape(said['headline'])}[/]")
    state = "superseded" if said["superseded"] else "current"
    facts = [
        f"desk {said['desk']}",
        f"story revision {said['story_revision']}",
        f"as known at {short_time(said['date'])}",
        f"{said['independent_families']} independent owners",
        f"{said['status'].lower()}, {said['writer'].lower()}, {state}",
    ]
    console.print(f"[dim]{escape(' · '.join(facts))}[/]\n")
    console.print(f"[bold]{escape(said['bottom_line'])}[/]\n")
    for statement in said["statements"]:
        numbers = "".join(f"\\[{n}]" for n in statement["citations"])
        console.print(Padding(f"• {escape(statement['text'])} [cyan]{numbers}[/]", (0, 0, 0, 2)))
    _print_notes(console, said)
    console.print("\n[bold]Sources[/]")
    for each in said["references"]:
        _print_reference(console, each)


def _print_notes(console: Console, said: dict[str, Any]) -> None:
    if said["change"]:
        console.print(f"\n[bold]What is new[/] {escape(said['change'])}")
    for title, notes in (
        ("Accounts differ", [each["text"] for each in said["contradictions"]]),
        ("Not known", said["gaps"]),
    ):
        for note in notes:
            console.print(f"[bold]{title}[/] {escape(note)}")
    for each in said["indicators"]:
        window = f"{short_time(each['window_start'])}–{short_time(each['window_end'])}"
        console.print(f"[dim]{escape(each['name'])} {escape(each['scope'])} {window}: {each['value']:g}[/]")


def _print_reference(console: Console, each: dict[str, Any]) -> None:
    console.print(f"[cyan]\\[{each['number']}][/] “{escape(each['quote'])}”")
    date = short_time(each["date"]) if each["date"] else "undated"
    facts = [each["outlet"], f"grade {each['reliability']}", date, each["place"] or "place unknown"]
    if each["revised"]:
        facts.append("revised since")
    console.print(Padding(f"[dim]{escape(' · '.join(facts))}[/]", (0, 0, 0, 4)))
    console.print(Padding(f"[dim]{escape(each['title'])}  {escape(each['url'])}[/]", (0, 0, 0, 4)))
