"""``./tw replay compare``: two lanes side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from reader.comparisons import Comparisons, Kept
from replay.compare.briefs import Pair
from replay.compare.comparison import Comparison, Difference, Range
from replay.compare.page import page
from replay.compare.reading import compared, unfinished
from replay.compare.summary import summary
from tidewire.places import broker, codec, known_lane, stack_settings
from tidewire.printing import line as line_of
from tidewire.printing import show, show_whole_line, tell, tell_json, terminal
from tidewire.profile import load
from tidewire.replaying import records
from tidewire.tables import add_row
from topics.lane import Lane

SHOWN = 5


def compare(
    first: Annotated[str, typer.Argument(help="A lane, such as live.")],
    second: Annotated[str, typer.Argument(help="Another lane over the same log.")],
    until: Annotated[
        int | None,
        typer.Option(help="Logged time in epoch ms; default the last tick, or where a replay ended."),
    ] = None,
    starts: Annotated[
        list[str] | None,
        typer.Option("--start", metavar="LANE=MS", help="Before this logged time the lane warmed up."),
    ] = None,
    page_file: Annotated[
        Path | None, typer.Option("--page", metavar="FILE", help="Write an HTML page too.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What two lanes made of the same log: equal, or where and why not. Exit status 1 if they differ
    in what may not differ."""
    one, other = known_lane(first), known_lane(second)
    load(stack_settings().home).apply()
    log = records()
    # Before they are read: one that ends meanwhile was read before its end.
    open_ = [lane.name for lane in unfinished(log, (one, other))]
    found = compared(broker(), codec(), log, (one, other), until, ranges(starts or []))
    _keep(found, one, other, open_)
    if page_file is not None:
        page_file.write_text(page(found, first, second, unfinished=open_), encoding="utf-8")
        tell(f"The page is {page_file}", err=True)
    if as_json:
        said = summary(found, first, second) | {"unfinished": open_}
        tell_json(said)
    else:
        _print(terminal(), found, first, second)
        for name in open_:
            tell(
                f"lane {name}'s replay has not come to its end: what it lacks may still come; "
                f"`./tw replay start --lane {name}` goes on with it"
            )
    raise typer.Exit(1 if found.verdict == "different" else 0)


def _keep(found: Comparison, first: Lane, second: Lane, open_: Sequence[str]) -> None:
    """For readers; where the home cannot be written to, that is said and the comparison stands."""
    text = page(found, first.name, second.name, above="/compare", unfinished=open_)
    kept = Kept(first=first, second=second, compared_at=datetime.now(UTC), verdict=found.verdict, page=text)
    try:
        Comparisons(stack_settings().home).keep(kept)
    except OSError as error:
        tell(f"not kept for the reader's page: {error}", err=True)


def ranges(starts: list[str]) -> dict[str, Range]:
    """Of ``LANE=EPOCH_MS``. Raises typer.BadParameter."""
    found = {}
    for each in starts:
        lane, _, at = each.partition("=")
        if not at.isdigit():
            raise typer.BadParameter(
                f"{each!r}: write LANE=MS, such as check=1767225600000", param_hint="--start"
            )
        found[Lane(lane).name] = Range(start_ms=int(at), read_from_ms=int(at))
    return found


def _print(console: Console, found: Comparison, first: str, second: str) -> None:
    table = Table("", box=None)
    for header in (first, second, "hash"):
        table.add_column(line_of(header))
    for kind, (one, other) in found.counts.items():
        ours, theirs = found.hashes[0][kind][:12], found.hashes[1][kind][:12]
        add_row(table, kind, str(one), str(other), ours if ours == theirs else f"{ours} {theirs}")
    console.print(table)
    fates = [f"{count} {fate.value}" for fate, count in found.fates.items() if count]
    score = f"; B³ {found.b_cubed.f1:.3f}" if found.b_cubed else ""
    show(console, f"stories by members: {', '.join(fates) or 'none'}{score}")
    _print_latency(console, found, first, second)
    for difference in found.differences:
        _print_difference(console, difference, first, second)
    for pair in found.briefs[:SHOWN]:
        _print_pair(console, pair, first, second)
    if len(found.briefs) > SHOWN:
        show(console, f"{len(found.briefs) - SHOWN} more briefs differ; --page or --json has them all")
    for name, some in found.allowed.items():
        counted = ", ".join(f"{len(each)} {each.kind}" for each in some)
        if counted:
            show(console, f"allowed, {name.value}: {counted}")
    for kind, why in found.left_out.items():
        show(console, f"not compared, {kind}: {why}")
    show(console, found.verdict)
    for lane, hashes, rest in zip((first, second), found.hashes, found.compared, strict=True):
        without = "" if hashes == rest else f", without allowed differences {rest['all']}"
        show_whole_line(console, f"{lane} {hashes['all']}{without}")


def _print_latency(console: Console, found: Comparison, first: str, second: str) -> None:
    for lane, latency in zip((first, second), found.latency, strict=True):
        show(
            console,
            f"{lane}: cut-off to brief p50 {latency.briefs.p50 / 1000:.1f} s, "
            f"p95 {latency.briefs.p95 / 1000:.1f} s; article to story, on the log's clock, "
            f"p95 {latency.stories.p95 / 1000:.1f} s",
        )


def _print_difference(console: Console, difference: Difference, first: str, second: str) -> None:
    for title, keys in (
        (f"only in {first}", difference.only_first),
        (f"only in {second}", difference.only_second),
        ("changed", difference.changed),
    ):
        for key in keys[:SHOWN]:
            show(console, f"{difference.kind} {title}: {key}")
        if len(keys) > SHOWN:
            show(console, f"{difference.kind} {title}: {len(keys) - SHOWN} more")


def _print_pair(console: Console, pair: Pair, first: str, second: str) -> None:
    ids = [brief.brief_id if brief else "none" for brief in (pair.first, pair.second)]
    show(console, f"brief for {pair.desk}: {ids[0]} in {first}, {ids[1]} in {second}")
    for reason in pair.reasons:
        show(console, f"  because: {reason}")
    for name, one, other in pair.fields:
        show(console, f"  {name}: {one} / {other}")
    for line in pair.lines:
        if line.reason:
            show(console, f"  {line.side.value}: {line.text} ({line.reason})")
