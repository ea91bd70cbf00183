"""What a plan says of models: whose assignments, which of their requests are new, what it may cost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from agents.foreseen import Foreseen
from agents.money.budget import Account, Caps
from agents.money.ledger import Call, Purpose, paid, refused
from agents.money.prices import UnknownPrice, Usage
from agents.money.settings import MoneySettings
from agents.settings import WindowSettings
from replay.compare.outputs import refusals
from replay.run import foreseen
from replay.run.asked import Asked
from replay.run.live_works import same_routing, works_of
from replay.run.requests import Requests, described
from replay.run.select import SelectionError
from schemas.records import Indicator
from tests.fakes.log_in_memory import CODEC
from tests.support.newsdesk import DAY_ZERO, DESK, HOUR, assignment, port_strike, story
from topics.lane import Lane
from topics.settings import BrokerSettings

DESKS = {"world": DESK}
OF = story(port_strike())
CAPS = MoneySettings(per_brief_usd=Decimal("0.5"), per_desk_hour_usd=Decimal(5), per_day_usd=Decimal(25))


def text(**more: object) -> str:
    values: dict[str, object] = {"by_desk": {}, "caps": CAPS, "has_key": True, **more}
    return "\n".join(described(Requests(**values)))  # type: ignore[arg-type]


def test_nothing_new_is_said_to_cost_nothing() -> None:
    said = text(by_desk={"world": Foreseen(2, 6)})
    assert said == "2 briefs: 6 requests of models are recorded, none is new: nothing is paid"


def test_what_is_new_is_counted_by_desk_with_its_worst_cost_and_the_caps() -> None:
    said = text(
        by_desk={
            "business": Foreseen(1, 5),
            "climate": Foreseen(1, 0, 1, 1, Decimal("0.0021")),
            "world": Foreseen(2, 3, 2, 16, Decimal("1.5")),
        }
    )
    for part in ("4 briefs: 8 requests", "3 to 17 new", "climate 1, world 2 to 16", "COSTS 1.50 USD at worst",
                 "at 0.5 USD a brief; beyond", "caps of 5 a desk and hour and 25 a day"):  # fmt: skip
        assert part in said
    assert "business" not in said


def test_an_estimate_and_a_missing_key_are_said() -> None:
    said = text(has_key=False, estimated=("the threshold", "what is left out"))
    assert "no key here" in said
    assert "an estimate" in said
    assert "the threshold, what is left out may make others" in said


def test_without_a_key_the_cost_is_what_it_would_be() -> None:
    said = text(has_key=False, by_desk={"world": Foreseen(1, 0, 1, 1, Decimal("52.98"))})
    assert "with a key it would cost 52.98 USD at worst" in said
    assert "COSTS" not in said


def test_a_model_that_could_not_be_used_is_named_where_there_is_no_key() -> None:
    said = text(has_key=False, unusable="no price for 'nosuch'").splitlines()
    assert said[0] == "requests cannot be counted: no price for 'nosuch'"
    assert said[1].startswith("there is no key here: without one nothing is asked")


def test_without_a_key_an_unpriced_model_is_in_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    def unpriced(*_: object) -> None:
        raise UnknownPrice("no price for 'nosuch'")

    monkeypatch.setattr(foreseen, "dry_run", unpriced)
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    asked = Asked(lane=Lane("check"), models={"judge_model": "nosuch"})
    assert (
        foreseen.requests_of_models(BrokerSettings(), CODEC, asked, 0, 1, False).unusable
        == "no price for 'nosuch'"
    )
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    with pytest.raises(SelectionError, match="nosuch"):
        foreseen.requests_of_models(BrokerSettings(), CODEC, asked, 0, 1, False)


def test_works_are_those_of_the_span_and_of_desks_there_are() -> None:
    given = [
        assignment(OF, at=DAY_ZERO),
        assignment(OF, at=DAY_ZERO + 1),
        assignment(OF, at=DAY_ZERO + 2, warmup=True),
        assignment(OF, at=DAY_ZERO + 3, desk="gardening"),
        assignment(OF, at=DAY_ZERO + 4),
        assignment(OF, at=DAY_ZERO + 5),
    ]
    found = works_of(given, (), DESKS, WindowSettings(), (DAY_ZERO + 1, DAY_ZERO + 4))
    assert [each.assignment.assigned_at - DAY_ZERO for each in found] == [1, 4]
    open_ended = works_of(given, (), DESKS, WindowSettings(), (DAY_ZERO + 4, None))
    assert [each.assignment.assigned_at - DAY_ZERO for each in open_ended] == [4, 5]


def test_works_have_the_windows_that_had_closed_by_then() -> None:
    def window(end: int) -> Indicator:
        return Indicator(
            name="volume.15m", scope="desk:world", window_start=end - 900_000, window_end=end, value=1.0
        )

    settings = WindowSettings(time_lateness_ms=60_000, time_window_skew_ms=0)
    closed, still_open = DAY_ZERO + HOUR - 900_000, DAY_ZERO + HOUR
    given = [assignment(OF, at=DAY_ZERO + HOUR)]
    (found,) = works_of(given, [window(still_open), window(closed)], DESKS, settings, (0, None))
    assert [each.window_end for each in found.indicators] == [closed]


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"mandate": "other", "file_hash": "0" * 64}, True),
        ({"keywords": ("port",)}, False),
        ({"min_materiality": 0.2}, False),
    ],
)
def test_desks_that_ask_otherwise_get_the_same_stories(change: dict[str, object], same: bool) -> None:
    assert same_routing({"world": DESK.model_copy(update=change)}, DESKS) is same
    assert not same_routing({}, DESKS)


def test_a_refused_call_is_a_budget_refusal_and_a_paid_one_is_not() -> None:
    call = Call(Purpose("story", Account("brief", "world"), "brief"), "hash", "m", "e", 1)
    other = replace(call, purpose=replace(call.purpose, account=Account("other", "world")))
    events = [refused(call, "day", str(Caps)), paid(other, "answer", Usage(), Decimal(0), "end_turn")]
    assert refusals(events) == {"brief": "BUDGET"}
