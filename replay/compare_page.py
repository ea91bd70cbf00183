"""A comparison as one self-contained HTML page: no script, nothing fetched. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from replay.compare import Comparison
from replay.compare_briefs import Pair, Side
from replay.differences import Difference
from replay.matching import Fate, Match

# A page of more is read by nobody; how many there are is said, and JSON has them all.
SHOWN = 300
LACKS = "what it lacks here may have come since."

STYLE = """
:root { color-scheme: light dark; --line: #8884; --ok: #2a7d3f; --bad: #b3261e; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
code { font-size: .85em; overflow-wrap: anywhere; }
.identical { color: var(--ok); } .different { color: var(--bad); }
.both { opacity: .75; } .reason { font-size: .85em; font-style: italic; }
details { margin: .4rem 0; } summary { cursor: pointer; }
"""


def page(found: Comparison, first: str, second: str, above: str = "", unfinished: Sequence[str] = ()) -> str:
    """The page's text, UTF-8. Whatever feeds or models wrote is escaped. ``above``: the address of the list
    that it is in, if it is in one. ``unfinished``: lanes whose replay had not come to its end."""
    one, other = escape(first), escape(second)
    kind = "different" if found.verdict == "different" else "identical"
    parts = [
        f"<p><a href='{escape(above)}'>All comparisons</a>" if above else "",
        f"<h1>{one} beside {other}: <span class={kind}>{found.verdict}</span></h1>",
        *(f"<p>Lane {escape(each)}'s replay had not come to its end: {LACKS}" for each in unfinished),
        *_counts(found, one, other),
        *_stories(found, one, other),
        *_differences("Differences", found.differences, one, other),
        *_allowed(found, one, other),
        *_briefs(found.briefs, one, other),
        *_windows(found, one, other),
        *_latency(found, one, other),
    ]
    return (
        "<!doctype html>\n<html lang=en><meta charset=utf-8>"
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<meta name=viewport content='width=device-width'><title>{one} beside {other}</title>"
        f"<style>{STYLE}</style>\n<body>\n" + "\n".join(parts) + "\n</body></html>\n"
    )


def _counts(found: Comparison, one: str, other: str) -> Iterator[str]:
    yield "<h2>What each lane made</h2>"
    rows = []
    for kind, counts in found.counts.items():
        ours, theirs = (hashes[kind] for hashes in found.hashes)
        same = "equal" if ours == theirs else "not equal"
        rows.append([kind, counts[0], counts[1], f"{same}: {_code(ours)}" + _other(ours, theirs)])
    rows += [[escape(kind), "", "", f"not compared: {escape(why)}"] for kind, why in found.left_out.items()]
    ours, theirs = (hashes["all"] for hashes in found.hashes)
    rows.append(["all", "", "", _code(ours) + _other(ours, theirs)])
    ours, theirs = (hashes["all"] for hashes in found.compared)
    rows.append(["all, without allowed differences", "", "", _code(ours) + _other(ours, theirs)])
    yield _table(["", one, other, "SHA-256"], rows)


def _stories(found: Comparison, one: str, other: str) -> Iterator[str]:
    yield "<h2>Stories, matched by their articles</h2>"
    yield _table([fate.value for fate in found.fates], [list(found.fates.values())])
    if found.b_cubed is not None:
        yield (
            f"<p>B³ {found.b_cubed.f1:.4f} (precision {found.b_cubed.precision:.4f}, "
            f"recall {found.b_cubed.recall:.4f}) of {other} with {one} as the truth.</p>"
        )
    changed = [each for each in found.matches if each.fate is not Fate.SAME]
    rows = [[each.fate.value, *_sides(each, found)] for each in changed[:SHOWN]]
    if rows:
        yield _table(["", one, other], rows) + _more(changed)


def _sides(each: Match, found: Comparison) -> Iterator[str]:
    for stories, members in zip((each.first, each.second), found.members, strict=True):
        yield "<br>".join(f"{_code(story)} ({len(members[story])} articles)" for story in stories)


def _allowed(found: Comparison, one: str, other: str) -> Iterator[str]:
    yield "<h2>Allowed differences</h2>"
    rows = [
        [name.value, ", ".join(f"{len(each)} {each.kind}" for each in some) or "none"]
        for name, some in found.allowed.items()
    ]
    yield _table(["name", "records"], rows)
    for name, some in found.allowed.items():
        if some:
            inner = "".join(_differences("", some, one, other))
            yield f"<details><summary>{name.value}</summary>{inner}</details>"


def _differences(title: str, some: Sequence[Difference], one: str, other: str) -> Iterator[str]:
    if title:
        yield f"<h2>{title}</h2>" + ("" if some else "<p>None.</p>")
    for each in some:
        sides = ((f"only in {one}", each.only_first), (f"only in {other}", each.only_second))
        for side, keys in (*sides, ("changed", each.changed)):
            if keys:
                listed = "".join(f"<li>{_code(key)}" for key in keys[:SHOWN])
                yield (
                    f"<details><summary>{each.kind} {side}: {len(keys)}</summary>"
                    f"<ul>{listed}</ul>{_more(keys)}</details>"
                )


def _briefs(pairs: Sequence[Pair], one: str, other: str) -> Iterator[str]:
    if not pairs:
        return
    yield f"<h2>Briefs that differ: {len(pairs)}</h2>"
    for pair in pairs[:SHOWN]:
        yield from _brief(pair, one, other)
    yield _more(pairs)


def _brief(pair: Pair, one: str, other: str) -> Iterator[str]:
    yield f"<details><summary>{escape(pair.desk)}: {escape(pair.shown.headline)}</summary>"
    yield "".join(f"<p class=reason>{escape(reason)}</p>" for reason in pair.reasons)
    ids = [_code(brief.brief_id) if brief else "no brief" for brief in (pair.first, pair.second)]
    rows: list[list[object]] = [["brief", *ids]]
    rows += [[escape(name), escape(ours), escape(theirs)] for name, ours, theirs in pair.fields]
    for line in pair.lines:
        said = escape(line.text)
        if line.reason:
            said += f"<br><span class=reason>{escape(line.reason)}</span>"
        ours, theirs = (said if line.side is not absent else "" for absent in (Side.SECOND, Side.FIRST))
        rows.append([line.side.value, ours, theirs])
    yield _table(["", one, other], rows) + "</details>"


def _windows(found: Comparison, one: str, other: str) -> Iterator[str]:
    if not found.windows:
        return
    yield "<h2>Indicators that differ, last revisions</h2>"
    rows = [
        [
            _code(each.key),
            _number(each.first),
            _number(each.second),
            each.allowed.value if each.allowed else "",
        ]
        for each in found.windows[:SHOWN]
    ]
    yield _table(["window", one, other, "allowed"], rows) + _more(found.windows)


def _latency(found: Comparison, one: str, other: str) -> Iterator[str]:
    yield "<h2>Latency, seconds</h2>"
    rows = []
    for lane, latency in zip((one, other), found.latency, strict=True):
        for what, spread in (
            ("cut-off to brief, by the wall clock", latency.briefs),
            ("newest article to story, on the log's clock", latency.stories),
        ):
            values = (f"{each / 1000:.1f}" for each in (spread.p50, spread.p95, spread.most))
            rows.append([lane, what, spread.count, *values])
    yield _table(["lane", "from … to", "records", "p50", "p95", "most"], rows)


def _table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """Cells are HTML already; whole numbers go to the right."""
    top = "".join(f"<th>{each}" for each in head)
    body = "".join("<tr>" + "".join(_cell(each) for each in row) for row in rows)
    return f"<table><thead><tr>{top}</thead><tbody>{body}</tbody></table>"


def _cell(value: object) -> str:
    return f"<td class=n>{value}" if isinstance(value, int) else f"<td>{value}"


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _other(ours: str, theirs: str) -> str:
    return "" if ours == theirs else f"<br>{_code(theirs)}"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"


def _more(all_of: Sequence[object]) -> str:
    left = len(all_of) - SHOWN
    return f"<p>{left} more are in the JSON.</p>" if left > 0 else ""
