"""What the command line prints at 80 columns: addresses, ids and times are whole."""

from __future__ import annotations

import pytest

from producers.catalogue import read_catalogue
from schemas.records import Article, FeedSpec, FeedState, FeedStatus
from stack.status import ProgramStatus, StackStatus
from tests.support.narrow import Narrow
from tidewire.commands.feeds import show_feeds
from tidewire.commands.jobs import show_jobs
from tidewire.commands.stack import show_addresses, show_programs
from tidewire.commands.topics import described, show_topics
from tidewire.tables import show_table
from topics.catalogue import ARTICLES_RAW, TOPICS

AT = 1_764_028_851_000  # 2025-11-25 00:00:51 UTC
JOB_ID = "0123456789abcdef0123456789abcdef"
LONG = "https://feeds.a-rather-long-name.example/category/of/news/and/more/rss.xml?format=full&items=100"
HOME = "/srv/" + "a-deep-folder/" * 8 + ".tidewire"


def program(name: str, address: str | None) -> ProgramStatus:
    return ProgramStatus(name, True, "RUNNING", 1_234_567, AT // 1000, 12, None, 1_234 << 20, address)


def stack_status() -> StackStatus:
    programs = (
        program("kafka", "127.0.0.1:19092"),
        program("registry", "http://127.0.0.1:18081/apis/ccompat/v7"),
        program("jobmanager", "http://127.0.0.1:18082"),
        program("producers-0", None),
    )
    return StackStatus(HOME, 1, programs, 5_000 << 20, ())


def feed(url: str, title: str = "") -> FeedSpec:
    (made,) = read_catalogue(f"url,title,desk,publisher\n{url},{title},technology,example.org\n".encode())
    return made


def state(of: FeedSpec, reason: str | None) -> FeedState:
    failing = FeedStatus.DEAD if reason else FeedStatus.ACTIVE
    return FeedState(feed_id=of.feed_id, next_check_at=AT, last_new_at=AT, status=failing, reason=reason)


def test_status_keeps_every_address_and_the_home_on_a_line(narrow: Narrow) -> None:
    show_programs(narrow.console, stack_status())
    show_addresses(
        narrow.console, stack_status(), "http://127.0.0.1:18080", "http://127.0.0.1:18086/?token=t"
    )
    assert "Page and API    http://127.0.0.1:18080" in narrow.lines
    assert "Schema registry http://127.0.0.1:18081/apis/ccompat/v7" in narrow.lines
    assert "Flink web UI    http://127.0.0.1:18086/?token=t" in narrow.lines
    assert "Flink's REST    http://127.0.0.1:18082" in narrow.lines
    assert "Kafka           127.0.0.1:19092" in narrow.lines
    assert f"5000 MB in all, home {HOME}" in narrow.lines
    (row,) = (line for line in narrow.lines if line.startswith("kafka"))
    assert row.split() == ["kafka", "running", "1234567", "11-25", "00:00:51", "12", "1234"]
    assert max(len(line) for line in narrow.lines if HOME not in line) <= 80


def test_jobs_keep_their_ids(narrow: Narrow) -> None:
    long_name = "tidewire articles (lane a-lane-with-a-long-name)"
    jobs: list[dict[str, object]] = [
        {"name": name, "id": JOB_ID, "state": "FINISHED", "started_at": AT, "checkpoints": 12_345}
        for name in ("tidewire stories", long_name)
    ]
    show_jobs(narrow.console, jobs)
    assert [line for line in narrow.lines if line.endswith(JOB_ID)] == narrow.lines[1:]
    assert narrow.lines[2].startswith(f"{long_name}  FINISHED  ")


def test_feeds_take_a_line_each_and_trouble_is_readable(narrow: Narrow) -> None:
    well, gone, untitled = feed("https://a.example/f", "Gazette"), feed(LONG, "T" * 99), feed(f"{LONG}&b=2")
    states = {
        well.feed_id: state(well, None),
        gone.feed_id: state(gone, f"{LONG}: HTTP 410 Gone"),
    }
    show_feeds(narrow.console, [well, gone, untitled], states)
    rows, trouble = narrow.lines[:4], narrow.lines[5:]
    assert rows[1].startswith("Gazette ")
    assert rows[1].endswith("active   11-25 00:00:51   11-25 00:00:51")
    assert rows[2].startswith("T" * 31 + "… ")
    assert rows[3].startswith(f"{LONG}&b=2 ")
    assert trouble == ["Trouble", f"{'T' * 99} {LONG}", "    HTTP 410 Gone"]


def test_feeds_with_titles_fit_a_terminal() -> None:
    narrow = Narrow(terminal=True)
    one = feed("https://a.example/f", "A title that is as long as titles of feeds often are")
    show_feeds(narrow.console, [one], {one.feed_id: state(one, None)})
    assert max(map(len, narrow.lines)) <= 80
    assert len(narrow.lines) == 2


def test_topics_tell_offsets_and_ends(narrow: Narrow) -> None:
    held = {0: (100, 1_200), 1: (0, 5), 2: (0, 0)}
    row = described(ARTICLES_RAW, TOPICS[ARTICLES_RAW], held)
    assert row["offsets"] == 1_105
    assert row["ends"] == {0: 1_200, 1: 5, 2: 0}
    assert row["schema"] == Article.__name__
    show_topics(narrow.console, [row])
    assert narrow.lines[0].startswith("topic         offsets  ends by partition  kept")
    assert narrow.lines[1].startswith("articles.raw  1105     1200 5 0           30 d")


@pytest.mark.parametrize(("width", "seen"), [(40, "a b c"), (25, "a b"), (10, "a")])
def test_spare_columns_give_way_on_a_narrow_terminal(width: int, seen: str) -> None:
    narrow = Narrow(terminal=True)
    narrow.console.width = width
    show_table(narrow.console, ("a", "b", "c"), [("x" * 12, "y" * 10, "z" * 10)], spare=("c", "b"))
    assert narrow.lines[0].split() == seen.split()
    assert narrow.lines[1].split()[0] == "x" * 12


def test_cells_are_no_markup() -> None:
    narrow = Narrow(terminal=False)
    show_table(narrow.console, ("a",), [("[bold]x[/]",)])
    assert narrow.lines[1] == "[bold]x[/]"
