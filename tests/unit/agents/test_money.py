"""Prices, caps, breaker, ledger and sums."""

from dataclasses import replace
from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console

from agents.money import ledger
from agents.money.breaker import Breaker, BreakerOpen
from agents.money.budget import DAY_MS, HOUR_MS, Account, Budget, BudgetRefused, Caps
from agents.money.ledger import Call, Purpose
from agents.money.prices import Prices, UnknownPrice, Usage
from agents.money.settings import MoneySettings
from agents.money.spend import add_up
from tidewire.commands import spend as spend_command

NOW = 1_790_000_000_000
HERE = Account("brief", "world")
MILLION = 1_000_000


def caps(brief: str = "1", hour: str = "2", day: str = "3") -> Caps:
    return Caps(Decimal(brief), Decimal(hour), Decimal(day))


def test_prices_follow_the_kind_of_token() -> None:
    prices = Prices(MoneySettings())

    def cost(**tokens: int) -> Decimal:
        return prices.cost("claude-sonnet-5-5", Usage(**tokens), NOW)

    fresh = cost(fresh=1000)
    assert cost(cache_read=1000) < fresh < cost(cache_write_5m=1000) < cost(cache_write_1h=1000)
    assert cost(output=1000) > fresh > 0
    assert prices.worst("claude-sonnet-5-5", 1000, 1000, NOW) >= cost(cache_write_1h=1000, output=1000)


def test_a_model_without_a_price_is_refused_unless_one_is_set() -> None:
    with pytest.raises(UnknownPrice, match="TIDEWIRE_MONEY_UNKNOWN_INPUT"):
        Prices(MoneySettings()).cost("poet-1", Usage(fresh=1), NOW)
    own = MoneySettings(unknown_input_usd_per_million=Decimal(1), unknown_output_usd_per_million=Decimal(2))
    assert Prices(own).cost("poet-1", Usage(fresh=MILLION, output=MILLION), NOW) == 3


def test_usage_adds_up_whatever_an_endpoint_counts() -> None:
    counted = Usage.of(
        {
            "input_tokens": 10,
            "output_tokens": 3,
            "cache_read_input_tokens": 20,
            "cache_creation_input_tokens": 30,
            "cache_creation": {"ephemeral_1h_input_tokens": 12, "ephemeral_5m_input_tokens": 18},
        }
    )
    assert (counted.input, counted.cache_write_1h, counted.cache_write_5m) == (60, 12, 18)
    assert Usage.of({"input_tokens": 4, "cache_read_input_tokens": None}).input == 4


@pytest.mark.parametrize(
    ("limits", "cap"),
    [(caps(brief="0.5"), "brief"), (caps(hour="0.5"), "desk-hour"), (caps(day="0.5"), "day")],
)
def test_each_cap_refuses_what_could_pass_it_and_holds_nothing_of_it(limits: Caps, cap: str) -> None:
    budget = Budget(limits)
    with pytest.raises(BudgetRefused) as refused:
        budget.reserve(HERE, Decimal("0.6"), NOW)
    assert refused.value.cap == cap
    budget.reserve(HERE, Decimal("0.5"), NOW)


def test_what_is_reserved_counts_until_it_is_settled_once() -> None:
    budget = Budget(caps())
    held = budget.reserve(HERE, Decimal("0.9"), NOW)
    with pytest.raises(BudgetRefused, match=r"0\.9 spent or reserved"):
        budget.reserve(HERE, Decimal("0.2"), NOW)
    budget.settle(held, Decimal("0.1"))
    budget.settle(held, Decimal("0.1"))
    budget.reserve(HERE, Decimal("0.9"), NOW)
    with pytest.raises(BudgetRefused):
        budget.reserve(HERE, Decimal("0.01"), NOW)


def test_no_owner_spends_what_is_meant_for_all() -> None:
    budget = Budget(replace(caps("9", "9", "9"), family_hour=Decimal(1), family_day=Decimal(2)))
    evil = Account("b", "world", "evil")
    for hour in range(2):
        at = hour * HOUR_MS
        budget.settle(budget.reserve(evil, Decimal(1), at), Decimal(1))
        with pytest.raises(BudgetRefused, match="the family-hour cap of 1 USD"):
            budget.reserve(evil, Decimal("0.01"), at)
    with pytest.raises(BudgetRefused, match="the family-day cap of 2 USD"):
        budget.reserve(evil, Decimal(1), 3 * HOUR_MS)
    budget.reserve(Account("c", "world", "honest"), Decimal(1), 3 * HOUR_MS)
    budget.reserve(evil, Decimal(1), DAY_MS)


def test_an_hour_and_a_day_begin_anew() -> None:
    budget = Budget(caps(brief="9", hour="1", day="1.5"))
    budget.book(HERE, Decimal(1), NOW)
    with pytest.raises(BudgetRefused, match="desk-hour"):
        budget.reserve(HERE, Decimal("0.5"), NOW)
    budget.reserve(HERE, Decimal("0.5"), NOW + HOUR_MS)
    with pytest.raises(BudgetRefused, match="day"):
        budget.reserve(Account("other", "business"), Decimal("0.5"), NOW + HOUR_MS)
    budget.reserve(HERE, Decimal(1), NOW + DAY_MS)


def test_the_breaker_opens_lets_one_through_and_closes() -> None:
    breaker = Breaker(failures=2, pause_s=10)
    for _ in range(2):
        breaker.check(0)
        breaker.failure(0)
    with pytest.raises(BreakerOpen, match="again in 10 s"):
        breaker.check(0)
    breaker.check(11)
    with pytest.raises(BreakerOpen, match="is trying"):
        breaker.check(11)
    breaker.failure(11)
    with pytest.raises(BreakerOpen):
        breaker.check(12)
    breaker.check(22)
    breaker.abandoned()
    breaker.check(22)
    breaker.success()
    breaker.check(22)
    breaker.check(22)


def test_spend_counts_what_was_paid_once_and_the_rest_by_its_kind() -> None:
    call = Call(Purpose("story", HERE, "facts"), "hash", "claude-haiku-5-5", "https://e/v1/messages", NOW)
    usage = Usage(fresh=100, cache_read=300, output=10)
    paid = ledger.paid(call, "msg_1", usage, Decimal("0.25"), "end_turn")
    again = ledger.paid(call, "msg_2", usage, Decimal("0.25"), "end_turn")
    events = [
        *(paid, paid, again),
        ledger.recorded(call, usage),
        ledger.failed(call, "too slow", Decimal(1)),
        ledger.refused(call, "day", "the day cap is reached"),
    ]
    found = add_up(events)
    total = found.total
    assert (total.calls, total.recorded, total.failed, total.refused) == (2, 1, 1, 1)
    assert (total.input_tokens, total.output_tokens, total.cost_usd) == (800, 20, 0.5)
    assert total.cache_hit_rate == 0.75
    assert found.by_step.keys() == {"facts"}
    assert found.by_model.keys() == {"claude-haiku-5-5"}
    assert found.by_desk["world"] == total == next(iter(found.by_day.values()))
    assert found.briefs == 1


def test_spend_is_shown_as_a_table_and_as_json() -> None:
    call = Call(Purpose("story", HERE, "facts"), "hash", "claude-haiku-5-5", "https://e/v1/messages", NOW)
    found = add_up([ledger.paid(call, "msg_1", Usage(fresh=100, output=10), Decimal("0.25"), "end_turn")])
    console = Console(record=True, width=200, file=StringIO())
    spend_command._print(console, "live", found, MoneySettings())
    text = console.export_text()
    assert "model claude-haiku-5-5" in text
    assert "0.2500" in text
    plain = spend_command._plain("live", found, MoneySettings())
    assert plain["total"]["cost_usd"] == 0.25
    assert plain["by_step"]["facts"]["calls"] == 1
    spend_command._print(console, "live", add_up([]), MoneySettings())
    assert "without a model" in console.export_text()
