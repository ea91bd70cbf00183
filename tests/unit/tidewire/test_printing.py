"""Nothing that a stranger says is obeyed by the terminal that shows it, whichever command it is."""

from __future__ import annotations

import ast
import dataclasses
import json
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

import tidewire
from agents.money.settings import MoneySettings
from agents.money.spend import Spend, Sum
from schemas.records import DeadLetter, FeedSpec, FeedState, FeedStatus
from telemetry.visible import json_visible, visible
from tests.support.found import BRIEF, RESULT
from tests.support.narrow import Narrow
from tidewire.commands import compare, dead, demo, rebuild, spend
from tidewire.commands.feeds import show_feeds
from tidewire.commands.jobs import show_jobs
from tidewire.commands.search import print_brief, print_result, print_successors
from tidewire.commands.takedown import show_under
from tidewire.commands.topics import show_topics
from tidewire.demo import Glance
from tidewire.printing import cut, line, tell, tell_json
from tidewire.tables import show_table
from tidewire.takedowns import Under
from topics.letter_choice import Found
from topics.letters import Letter, Retries

HOSTILE = (
    "\x1b]0;title\x07\x1b[2J\x1b[31m \x9b31m \x90q\x9c \x08\x7f\x00\r\n\x0b\x0c\x85\t"
    "\u202e\u2066\u2069\u200e\u061c\u2028\u2029\u200b\u200d\ufeff\u00ad\u3164"
    "\U000e0041\U000e007f\ufe0f\ud800 [red]r[/red] [link=https://evil.example]l[/link] [/] :bomb: \\"
)
MARKUP = ("[red]r[/red]", "[link=https://evil.example]l[/link]", "[/]", ":bomb:")
STRINGS_AS_MARKUP = ("rich", "rich.text", "rich.markup", "rich.padding")
LETTER = Letter(
    3,
    1207,
    1,
    DeadLetter(
        source=HOSTILE,
        failed_at=1,
        key=b"\xff\x1b[2J",
        value=HOSTILE.encode("utf-8", "surrogatepass") + b"\xff\x00",
        topic=HOSTILE,
        partition=1,
        offset=1,
        url=HOSTILE,
        stage=HOSTILE,
        error=HOSTILE,
        reason=HOSTILE,
        lane=HOSTILE,
    ),
)
ROOT = Path(tidewire.__file__).parents[1]
ROOMS = (
    "tidewire", "stack", "replay", "newswire", "producers", "flink_jobs", "agents", "reader", "telemetry",
)  # fmt: skip
PRINTING = ROOT / "tidewire" / "printing.py"


def harmless(text: str) -> bool:
    """No character but line feeds that is a control, turns a line, breaks it, or is not seen."""
    return all(each == "\n" or each.isprintable() for each in text)


def spoilt(value: Any) -> Any:
    """The same with every string hostile, but those that are read as something."""
    read = {"kind", "date", "window_start", "window_end", "lane", "likelihood"}
    if isinstance(value, dict):
        return {name: each if name in read else spoilt(each) for name, each in value.items()}
    if isinstance(value, list):
        return [spoilt(each) for each in value]
    return HOSTILE if isinstance(value, str) and value else value


@dataclasses.dataclass
class Stranger:
    """Says hostile things wherever it is asked."""

    brief_id: str = HOSTILE
    desk: str = HOSTILE


def show_all_feeds(console: Console) -> None:
    feed = FeedSpec(feed_id="f", url=HOSTILE, title=HOSTILE, publisher=HOSTILE, desk=HOSTILE)
    state = FeedState(feed_id="f", next_check_at=1, status=FeedStatus.DEAD, reason=HOSTILE)
    show_feeds(console, [feed, dataclasses.replace(feed, title="")], {"f": state})


def show_pair(console: Console) -> None:
    said = SimpleNamespace(side=SimpleNamespace(value="first"), text=HOSTILE, reason=HOSTILE)
    pair = SimpleNamespace(
        desk=HOSTILE,
        first=Stranger(),
        second=None,
        reasons=[HOSTILE],
        fields=[(HOSTILE, HOSTILE, HOSTILE)],
        lines=[said],
    )
    compare._print_pair(console, pair, "live", "check")  # type: ignore[arg-type]
    difference = SimpleNamespace(
        kind="stories", only_first=[HOSTILE], only_second=[HOSTILE], changed=[HOSTILE]
    )
    compare._print_difference(console, difference, "live", "check")  # type: ignore[arg-type]


def show_rebuilt(console: Console) -> None:
    said = SimpleNamespace(side=SimpleNamespace(value="first"), text=HOSTILE, reason=HOSTILE)
    brief = SimpleNamespace(
        headline=HOSTILE,
        story_revision=1,
        supersedes=[],
        indicators=[],
        provenance=SimpleNamespace(sources=[], request_hashes=[]),
    )
    evidence = SimpleNamespace(taken_down=False, raw=[], given_by=HOSTILE, predecessors=[], responses=[])
    pair = SimpleNamespace(fields=[(HOSTILE, HOSTILE, HOSTILE)], lines=[said], reasons=[HOSTILE])
    found = SimpleNamespace(
        brief=brief, missing=[HOSTILE], differences=pair, identical=False, hash="h", again_hash="g"
    )
    rebuild._print(console, evidence, found)  # type: ignore[arg-type]


def show_spent(console: Console) -> None:
    some = {HOSTILE: Sum(calls=1)}
    found = Spend(by_day=some, by_desk=some, by_model=some, by_step=some)
    spend._print(console, "live", found, MoneySettings())


def show_glance(console: Console) -> None:
    story = {"title": HOSTILE, "articles_count": 1, "independent": 1, "families": 1, "desk": HOSTILE}
    counts = {"articles": 1, "stories": 1, "latest_briefs": 1}
    wire = {"step": 1, "steps": 1, "served": 1, "now": HOSTILE}
    brief = {"headline": HOSTILE, "desk": HOSTILE, "id": HOSTILE}
    console.print(demo._table(Glance(wire, counts, [story], [brief])))


SHOWN = {
    "feeds list": show_all_feeds,
    "search": lambda console: print_result(console, 1, {**spoilt(RESULT), "date": RESULT["date"]}),
    "brief": lambda console: print_brief(console, spoilt(BRIEF)),
    "brief, superseded": lambda console: print_successors(console, [spoilt(BRIEF)]),
    "topics": lambda console: show_topics(
        console,
        [{"topic": HOSTILE, "offsets": 1, "ends": {0: 1}, "kept": "", "schema": HOSTILE, "key": HOSTILE}],
    ),
    "jobs list": lambda console: show_jobs(
        console, [{"name": HOSTILE, "id": HOSTILE, "state": HOSTILE, "started_at": 1, "checkpoints": 1}]
    ),
    "replay list": lambda console: show_table(console, ("lane",), [[HOSTILE]]),
    "replay compare": show_pair,
    "rebuild": show_rebuilt,
    "spend": show_spent,
    "takedown": lambda console: show_under(
        console,
        Under(
            articles={HOSTILE: HOSTILE},
            stories={HOSTILE: 1},
            briefs={"b": HOSTILE},
            copies={HOSTILE: HOSTILE},
        ),
    ),
    "demo": show_glance,
    "dead list": lambda console: dead._show_list(
        console, Found([LETTER], Counter({(HOSTILE, HOSTILE): 1})), Retries({}, {}, {}), {}
    ),
    "dead show": lambda console: dead._show_letter(console, LETTER, Retries({}, {}, {}), {}),
}


@pytest.mark.parametrize("name", SHOWN)
def test_no_command_lets_through_what_a_terminal_obeys(name: str, narrow: Narrow) -> None:
    SHOWN[name](narrow.console)
    # Of rich's own sequences there is none without colours but for bold and the like.
    text = narrow.text
    for own in ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[3m", "\x1b[1;2m"):
        text = text.replace(own, "")
    assert harmless(text), [each for each in text if not harmless(each)]
    together = "".join(text.split())
    assert all("".join(each.split()) in together for each in MARKUP) or name == "demo"
    assert "\\x1b]0;title" in together or name == "demo"


def test_wide_titles_are_cut_to_columns(narrow: Narrow) -> None:
    title = "港湾でストライキが続き" * 9
    assert cell_len(cut(title, 32)) <= 32
    feed = FeedSpec(feed_id="f", url="https://a.example/f", title=title, publisher=title, desk="world")
    show_feeds(narrow.console, [feed], {})
    terminal = Narrow(terminal=True)
    show_feeds(terminal.console, [feed], {})
    assert max(map(cell_len, terminal.lines)) <= 80


@given(st.text())
def test_what_is_visible_is_printable_and_stays_so(text: str) -> None:
    seen = visible(text)
    assert seen.isprintable()
    assert visible(seen) == seen
    assert harmless(visible(text, lines=True))
    assert harmless(line(text, (text, "bold")).plain)


def test_what_is_harmless_stays_as_it_is() -> None:
    for text in ("größer, 港湾, هرمز, क्षेत्र, 🎉", "a\N{COMBINING ACUTE ACCENT}"):
        assert visible(text) == text
    assert visible("10\N{NO-BREAK SPACE}%\N{NARROW NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}x") == "10 %  x"


def test_every_control_and_turn_of_direction_of_unicode_is_gone() -> None:
    every = [chr(point) for point in range(sys.maxunicode + 1)]
    for each in every:
        if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp") or each.isspace():
            assert each not in visible(f"a{each}b") or each == " "
            assert each not in json_visible(f"a{each}b") or each == "\n" or each.isspace()


@given(st.recursive(st.text() | st.integers(), lambda inner: st.dictionaries(st.text(), inner)))
def test_json_says_the_same_visibly(value: object) -> None:
    text = json_visible(json.dumps(value, ensure_ascii=False))
    assert json.loads(text) == value


def test_errors_and_json_are_told_visibly(capsys: pytest.CaptureFixture[str]) -> None:
    tell(ValueError(f"{HOSTILE}\nnext"), err=True)
    tell_json({"title": HOSTILE})
    out, err = capsys.readouterr()
    assert harmless(out)
    assert harmless(err)
    assert json.loads(out) == {"title": HOSTILE}
    assert err.endswith("\nnext\n")


def test_a_fault_is_told_visibly() -> None:
    code = (
        "import sys; from tidewire import cli, entry\n"
        "def broken(): raise RuntimeError('\\x1b[2J\\u202e')\n"
        "cli.main = broken; entry.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "\\x1b[2J\\u202e" in done.stderr
    assert harmless(done.stderr)


def test_nothing_is_printed_around_it() -> None:
    """Who prints does so through `tidewire.printing`, and takes no string for markup."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {what}"
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if path.name != PRINTING.name
        for number, what in around(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == [], "print with tidewire.printing: show, show_whole_line, tell, tell_json, confirm, line"


def around(tree: ast.AST) -> list[tuple[int, str]]:
    """Places of a module that may print what a stranger said as it is."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in (
            "rich",
            "rich.text",
            "rich.markup",
            "rich.padding",
        ):
            found.append((node.lineno, f"from {node.module}"))
        if isinstance(node, ast.Call) and _prints(node):
            found.append((node.lineno, ast.unparse(node.func)))
    return found


def _prints(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    if name in ("typer.echo", "typer.secho", "typer.confirm", "typer.prompt", "Console", "click.echo"):
        return True
    if name == "print":
        return not all(isinstance(each, ast.Constant) or _is_visible(each) for each in call.args)
    if name in ("sys.stdout.write", "sys.stderr.write"):
        return not all(map(_is_visible, call.args))
    if name.endswith("console.print"):
        # A table or a Group whose cells were made by `line`; a string is for `show`.
        return any(isinstance(each, ast.JoinedStr | ast.BinOp | ast.Subscript) for each in call.args)
    return (
        name.endswith(".add_row")
        and bool(call.args)
        and not ast.unparse(call).startswith("made.add_row(*map(line")
    )


def _is_visible(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "visible"
