"""``./tw takedown``: what must no longer be shown, said in the log; everything behind it forgets."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from rich.console import Console

from schemas.takedown import Takedown
from tidewire import takedowns
from tidewire.places import answering_broker, codec
from tidewire.printing import confirm, show, show_whole_line, tell, tell_json, terminal
from tidewire.tables import show_table
from tidewire.takedowns import Under
from topics.admin import lanes
from topics.catalogue import BRIEFS
from topics.takedowns import places, read_takedowns, write_takedown

LISTED = 20

app = typer.Typer(no_args_is_help=True, help="Take down an article, a publisher, or all under a URL.")
Reason = Annotated[str, typer.Option("--reason", help="Why; it is said in the briefs that replace others.")]
Anyway = Annotated[bool, typer.Option("--anyway", help="Though the log holds no such article yet.")]
Yes = Annotated[bool, typer.Option("--yes", help="Go on without asking.")]


@app.command()
def article(
    article_id: Annotated[str, typer.Argument(metavar="ARTICLE", help="As search prints it.")],
    reason: Reason,
    anyway: Anyway = False,
    yes: Yes = False,
) -> None:
    """One article: all its versions, those to come too."""
    _take_down([takedowns.article(article_id, reason)], yes, anyway)


@app.command()
def publisher(
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="Such as example.org, in any spelling.")],
    reason: Reason,
    yes: Yes = False,
) -> None:
    """All of a publisher and of its owner's other domains, whichever feed shows it, what comes later too."""
    _take_down(takedowns.publishers(domain, reason), yes)


@app.command()
def url(
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="Such as https://example.org/live/.")],
    reason: Reason,
    yes: Yes = False,
) -> None:
    """All articles whose URL begins so, what comes later too."""
    _take_down([takedowns.prefix(prefix, reason)], yes)


@app.command("list")
def list_takedowns(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Every takedown there is."""
    rows = [[*each.key.split("/", 1), each.reason] for each in read_takedowns(answering_broker(), codec())]
    if as_json:
        tell_json([dict(zip(("kind", "what", "reason"), row, strict=True)) for row in rows])
    elif rows:
        show_table(terminal(), ("kind", "what", "reason"), rows, spare=("reason",))
    else:
        tell("Nothing was taken down.")


@app.command()
def purge() -> None:
    """Drop briefs on what was taken down from the log of every lane, for the broker to compact.

    Those that others have superseded, and those of stories that have ended; give it again later for the rest.
    Readers have been shown none of them since.
    """
    settings, reading = answering_broker(), codec()
    for lane in lanes(settings):
        tell(f"{lane.topic(BRIEFS)}: {takedowns.purge(settings, reading, lane)} dropped")


def _take_down(asked: Sequence[Takedown], yes: bool, anyway: bool = False) -> None:
    settings, reading = answering_broker(), codec()
    known = read_takedowns(settings, reading)
    new = [each for each in asked if known.get(each.key) is None]
    if not new:
        (first, *_) = filter(None, (known.get(each.key) for each in asked))
        raise takedowns.NoSelector(f"{first.key} was taken down already: {first.reason}")
    for takedown in new:
        found = takedowns.read(settings, reading, takedown)
        named = takedown.article_id
        if named and not anyway and not found.articles and not takedowns.is_logged(settings, named):
            raise takedowns.unknown(settings, reading, named)
        tell(understood(takedown))
        show_under(terminal(), found)
    if not yes:
        confirm("Take it down for ever?")
    for takedown in new:
        write_takedown(settings, reading, takedown, time.time_ns() // 1_000_000)
        partitions = ", ".join(str(partition) for partition, _ in places(takedown))
        tell(f"{takedown.key} is taken down: said in articles.raw, partition {partitions}.")


def understood(takedown: Takedown) -> str:
    """What a takedown reaches, in words."""
    if takedown.article_id:
        return f"Article {takedown.article_id}, all its versions:"
    if takedown.publisher:
        return f"All of {takedown.publisher}, and every URL at or below it, whichever feed shows it:"
    return (
        f"All under {takedown.url_prefix}, over http or https, at any port, with www., m., mobile. or amp. "
        "before the host or without:"
    )


def show_under(console: Console, found: Under) -> None:
    """What falls under a takedown, in the live lane."""
    if not found.articles:
        show(console, "No article of the live lane falls under it; what comes later is refused.")
    _listed(console, "article", found.articles)
    open_ = sum(found.stories.values())
    if found.stories:
        _listed(console, "story", dict.fromkeys(found.stories, ""), "stories")
        show(console, f"    {open_} of them open: they are revised, or closed where nothing is left")
    _listed(console, "brief that rests on it", found.briefs, "briefs that rest on it")
    _listed(
        console,
        "copy of its text elsewhere, which stays",
        found.copies,
        "copies of its text elsewhere, which stay",
    )


def _listed(console: Console, one: str, found: Mapping[str, str], many: str = "") -> None:
    if not found:
        return
    show(console, (f"{len(found)} {one if len(found) == 1 else many or f'{one}s'}", "bold"))
    for ident, title in list(found.items())[:LISTED]:
        show_whole_line(console, f"    {ident}  {title}".rstrip())
    if len(found) > LISTED:
        show(console, f"    and {len(found) - LISTED} more")
