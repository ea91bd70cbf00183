"""What readers may say of a brief, and what it comes to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from reader.client import ReaderProblem
from schemas.records import Brief, BriefStatus, Feedback, Provenance, Source, Verdict, Writer
from schemas.takedown import Takedown, Takedowns
from tidewire.cli import command_line
from tidewire.commands import feedback as command
from tidewire.commands import search
from tidewire.feedback import Row, evaluated


def brief(name: str, desk: str = "world", writer: Writer = Writer.MODEL, **more: Any) -> Brief:
    return Brief(
        brief_id=name,
        story_id="s",
        desk=desk,
        writer=writer,
        generated_at=0,
        information_cutoff=0,
        provenance=Provenance(recipe="r1"),
        **more,
    )


def word(brief_id: str, verdict: Verdict, at: int = 0) -> Feedback:
    return Feedback(brief_id=brief_id, given_at=at, verdict=verdict)


def test_words_are_counted_by_desk_writer_and_recipe() -> None:
    briefs = [
        brief("a"),
        brief("b"),
        brief("c", writer=Writer.EXTRACTIVE),
        brief("d", desk="science"),
        brief("w", status=BriefStatus.WITHHELD),
    ]
    said = [
        word("a", Verdict.WRONG),
        word("a", Verdict.WRONG, at=1),
        word("b", Verdict.USEFUL),
        word("c", Verdict.NOT_THIS_STORY),
        word("w", Verdict.WRONG),
        word("gone", Verdict.WRONG),
    ]
    found = evaluated(briefs, said, Takedowns())
    assert found == [
        Row("science", "MODEL", "r1", 1, 0, 0, 0, 0),
        Row("world", "EXTRACTIVE", "r1", 1, 0, 0, 1, 0),
        Row("world", "MODEL", "r1", 2, 1, 2, 0, 1),
    ]
    assert [row.share_wrong for row in found] == [0.0, 0.0, 0.5]


def test_a_word_on_what_rests_on_a_source_that_was_taken_down_counts_nowhere() -> None:
    rests = Provenance(recipe="r1", sources=(Source(article_id="gone"),))
    briefs = [brief("a"), replace(brief("b"), provenance=rests)]
    said = [word("a", Verdict.USEFUL), word("b", Verdict.WRONG)]
    down = Takedowns([Takedown(article_id="gone")])
    assert evaluated(briefs, said, down) == [Row("world", "MODEL", "r1", 1, 1, 0, 0, 0)]


class Asked:
    """A log that remembers, and a reader that knows one brief of two statements."""

    def __init__(self, *_: object) -> None:
        self.sent: list[tuple[str, str, Feedback]] = []

    def send(self, topic: str, key: str, record: Feedback) -> None:
        self.sent.append((topic, key, record))

    def flush(self) -> None:
        """Everything is there."""

    def get(self, path: str, query: dict[str, Any]) -> dict[str, Any]:
        if path != "/api/briefs/b":
            raise ReaderProblem(404, "not there")
        return {"id": "b", "lane": query["lane"] or "live", "statements": [{}, {}]}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    made = Asked()
    for name in ("answering_broker", "codec"):
        monkeypatch.setattr(command, name, lambda: made)
    monkeypatch.setattr(search, "reader", lambda: made)
    monkeypatch.setattr(command, "Writer", lambda *_: made)
    return made


def said(*arguments: str) -> Any:
    return CliRunner().invoke(command_line("feedback"), ["feedback", *arguments])


def test_a_word_goes_to_the_topic_of_the_lane_it_was_read_in(asked: Asked) -> None:
    assert said("b", "wrong", "--statement", "2", "--note", " no ").exit_code == 0
    assert said("b", "not-this-story", "--lane", "check").exit_code == 0
    (topic, key, first), (other, _, second) = asked.sent
    assert (topic, key, other) == ("feedback", "b", "check.feedback")
    assert (first.verdict, first.statement, first.note) == (Verdict.WRONG, 2, "no")
    assert (second.verdict, second.statement, second.note) == (Verdict.NOT_THIS_STORY, None, "")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("b",), "Say which brief"),
        (("b", "wrong", "--statement", "3"), "The brief has 2 statements"),
        (("b", "wrong", "--note", "x" * 1001), "at most 1000 characters"),
        (("nowhere", "useful"), "No brief nowhere"),
    ],
)
def test_what_cannot_be_said_is_refused_and_nothing_is_written(
    asked: Asked, arguments: tuple[str, ...], why: str
) -> None:
    found = said(*arguments)
    assert found.exit_code != 0
    assert why in str(found.exception)
    assert asked.sent == []


def test_an_unknown_verdict_names_those_there_are(asked: Asked) -> None:
    found = said("b", "boring")
    assert found.exit_code == 2
    assert "not-this-story" in found.output
    assert asked.sent == []
