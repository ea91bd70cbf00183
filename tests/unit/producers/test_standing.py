"""What a worker says of its health, and which slot it takes."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from producers import slot
from producers.pulse import Pulse
from producers.slot import SlotTaken, held_slot


def test_a_worker_is_well_while_its_loop_turns() -> None:
    now = [100.0]
    pulse = Pulse(60.0, lambda: now[0])
    now[0] += 59
    assert pulse.check() == {"ok": True, "last_turn_s": 59.0, "partitions": 0}
    now[0] += 1
    assert pulse.check()["ok"] is False
    pulse.beat(4)
    assert pulse.check() == {"ok": True, "last_turn_s": 0.0, "partitions": 4}


def test_workers_of_one_home_each_take_the_lowest_free_slot(tmp_path: Path) -> None:
    with ExitStack() as held:
        assert held.enter_context(held_slot(tmp_path, "any")) == "0"
        second = held_slot(tmp_path, "any")
        assert second.__enter__() == "1"
        assert held.enter_context(held_slot(tmp_path, "any")) == "2"
        second.__exit__(None, None, None)
        assert held.enter_context(held_slot(tmp_path, "any")) == "1"
        with pytest.raises(SlotTaken, match="slot 2 is held"), held_slot(tmp_path, 2):
            pass
    with held_slot(tmp_path, "any") as name:
        assert name == "0"


def test_when_no_slot_is_free_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slot, "SLOTS", 1)
    with (
        held_slot(tmp_path, 0),
        pytest.raises(SlotTaken, match="slots 0 to 0 are held"),
        held_slot(tmp_path, "any"),
    ):
        pass
