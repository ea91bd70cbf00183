"""What a model's server does wrong is asked again, or told, and stays on the books."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from agents.model.errors import Rejected, Unanswered
from tests.fakes.messages_api import Fault, MessagesApi
from tests.support.seam import REQUEST, Log, answered, ask


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as running:
        yield running


# The first streams its answers, the other sends them in one piece.
KINDS = ["anthropic", "other"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_overloaded_server_is_asked_again_and_charged_once(api: MessagesApi, kind: str) -> None:
    api.faults += [Fault.status(529), Fault.status(429)]
    assert len(answered(api, Log(), kind=kind, max_retries=3)) == 1
    assert (api.attempts, len(api.requests)) == (3, 1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", ["drop", "truncate", "break"])
def test_an_answer_lost_on_the_way_is_asked_for_again(api: MessagesApi, fault: Any, kind: str) -> None:
    log = Log()
    api.faults.append(Fault(fault))
    assert answered(api, log, kind=kind)[0].text == "An answer."
    assert len(log.responses) == 1
    # The first one was made and is charged: it stays on the books, with the most that it can have cost.
    assert len(api.requests) == 2
    assert [event.reason for event in log.events] == ["failed", "paid"]
    assert '"at_most_usd": "0"' not in log.events[0].detail


@pytest.mark.parametrize(
    ("fault", "kind", "limits", "reason", "at_most"),
    [
        (Fault.status(529), "anthropic", {}, "answered 529", False),
        (Fault.status(529), "other", {}, "answered 529", False),
        (Fault("slow", 1.0), "anthropic", {"timeout_s": 0.2}, "within 0.2 s", True),
        (Fault("slow", 1.0), "other", {"timeout_s": 0.2}, "within 0.2 s", True),
        (Fault("drop"), "anthropic", {}, "lost on the way", True),
        (Fault("drop"), "other", {}, "lost on the way", True),
        (Fault("truncate"), "anthropic", {}, "its stream ended early", True),
        (Fault("truncate"), "other", {}, "damaged", True),
        (Fault("break"), "anthropic", {}, "lost on the way", True),
    ],
)
def test_what_is_not_answered_is_on_the_record_with_what_it_may_cost(
    api: MessagesApi, fault: Fault, kind: str, limits: dict[str, Any], reason: str, at_most: bool
) -> None:
    log = Log()
    api.faults.append(fault)
    (error,) = ask(api, log, kind=kind, max_retries=0, **limits)
    assert isinstance(error, Unanswered)
    assert reason in str(error)
    assert log.responses == []
    (event,) = log.events
    assert (event.reason, event.cost_usd) == ("failed", 0.0)
    assert ('"at_most_usd": "0"' not in event.detail) is at_most


def test_a_rejected_request_says_so_and_is_not_recorded(api: MessagesApi) -> None:
    log = Log()
    (error,) = ask(api, log, {**REQUEST, "messages": [{"role": "assistant", "content": "x"}]})
    assert isinstance(error, Rejected)
    assert "400 invalid_request_error" in str(error)
    assert log.responses == []
