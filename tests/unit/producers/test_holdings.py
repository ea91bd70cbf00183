"""What a worker owns: leases, rollbacks, and what is due."""

from dataclasses import replace

from producers.holdings import Due, Holdings, Kept
from schemas.records import FeedSpec, FeedState, FeedStatus

NOW = 1_000_000


def spec(name: str, active: bool = True) -> FeedSpec:
    return FeedSpec(feed_id=name, url=f"http://{name}.example/feed", active=active)


def state(name: str, at: int, status: FeedStatus = FeedStatus.ACTIVE) -> FeedState:
    return FeedState(feed_id=name, next_check_at=at, status=status)


def holding(*names: str, base: dict[str, Kept] | None = None) -> Holdings:
    """Partition 0, ready."""
    held = Holdings()
    held.assign(0)
    for name in names:
        held.put_spec(0, name, spec(name))
    restore(held, base)
    held.catch_up(0)
    return held


def restore(held: Holdings, base: dict[str, Kept] | None = None) -> None:
    for partition, lease in held.unrestored().items():
        assert held.restore(partition, lease, base or {})


def names(due: list[Due]) -> list[str]:
    return [each.spec.feed_id for each in due]


def test_nothing_is_due_before_state_and_catalogue_are_known() -> None:
    held = Holdings()
    held.assign(0)
    held.put_spec(0, "a", spec("a"))
    assert held.due(NOW, 9) == []
    restore(held)
    assert held.due(NOW, 9) == []
    assert not held.is_ready(0)
    held.catch_up(0)
    assert held.is_ready(0)
    assert names(held.due(NOW, 9)) == ["a"]


def test_feeds_come_longest_due_first_and_once_until_settled() -> None:
    base = {
        name: Kept(state(name, at), None) for name, at in (("a", 30), ("b", 10), ("c", 20), ("d", NOW + 5))
    }
    held = holding("a", "b", "c", "d", base=base)
    assert names(held.due(NOW, 2)) == ["b", "c"]
    (due,) = held.due(NOW, 9)
    assert names([due]) == ["a"]
    held.settle(due, state("a", NOW + 3), None)
    assert held.due(NOW + 2, 9) == []
    assert names(held.due(NOW + 5, 9)) == ["a", "d"]


def test_the_next_poll_sees_what_the_last_one_left_pending() -> None:
    held = holding("a", base={"a": Kept(state("a", 0), b"old")})
    (due,) = held.due(NOW, 9)
    assert due.kept.seen == b"old"
    held.settle(due, state("a", NOW), b"new")
    (again,) = held.due(NOW, 9)
    assert again.kept == Kept(state("a", NOW), b"new")
    held.settle(again, state("a", NOW), None)
    held.committed()
    assert held.due(NOW, 9)[0].kept.seen == b"new"


def test_a_rollback_takes_back_what_was_pending_and_voids_polls_under_way() -> None:
    held = holding("a", "b")
    first, under_way = held.due(NOW, 9)
    held.settle(first, state(first.spec.feed_id, NOW + 60_000), b"x")
    held.rolled_back()
    assert not held.holds(under_way)
    again = held.due(NOW, 9)
    assert sorted(names(again)) == ["a", "b"]
    assert {each.kept.seen for each in again} == {None}
    assert all(held.holds(each) for each in again)


def test_what_was_committed_survives_a_rollback() -> None:
    held = holding("a")
    (due,) = held.due(NOW, 9)
    held.settle(due, state("a", NOW + 7), b"x")
    held.committed()
    held.rolled_back()
    assert held.due(NOW, 9) == []
    assert held.due(NOW + 7, 9)[0].kept == Kept(state("a", NOW + 7), b"x")


def test_after_forgetting_everything_is_restored_under_new_leases() -> None:
    held = holding("a")
    (due,) = held.due(NOW, 9)
    old_lease = due.lease
    held.forget()
    assert not held.holds(due)
    assert held.due(NOW, 9) == []
    assert not held.restore(0, old_lease, {})
    restore(held, {"a": Kept(state("a", 5), b"log")})
    assert held.due(NOW, 9)[0].kept.seen == b"log"


def test_a_partition_that_went_and_came_back_starts_from_nothing() -> None:
    held = holding("a")
    (due,) = held.due(NOW, 9)
    held.drop(0)
    assert (held.owned, held.due(NOW, 9)) == ((), [])
    held.assign(0)
    assert (held.owned, held.feeds) == ((0,), 0)
    assert not held.holds(due)
    assert not held.is_ready(0)


def test_feeds_added_switched_off_and_taken_away_while_running() -> None:
    held = holding("a")
    held.put_spec(0, "b", spec("b"))
    assert sorted(names(held.due(NOW, 9))) == ["a", "b"]
    held = holding("a", "b", "c")
    held.put_spec(0, "a", spec("a", active=False))
    held.put_spec(0, "b", None)
    assert names(held.due(NOW, 9)) == ["c"]
    held.put_spec(0, "a", spec("a"))
    assert names(held.due(NOW, 9)) == ["a"]


def test_dead_feeds_are_not_due() -> None:
    assert holding("a", base={"a": Kept(state("a", 0, FeedStatus.DEAD), None)}).due(NOW, 9) == []


def test_all_feeds_of_a_paused_host_wait() -> None:
    held = holding("a", "b")
    held.put_spec(0, "a2", replace(spec("a"), feed_id="a2"))
    held.pause("a.example", NOW + 50, NOW)
    assert names(held.due(NOW, 9)) == ["b"]
    assert sorted(names(held.due(NOW + 50, 9))) == ["a", "a2"]


def test_other_partitions_are_none_of_our_business() -> None:
    held = holding("a")
    held.put_spec(3, "z", spec("z"))
    held.catch_up(3)
    assert not held.restore(3, 1, {})
    assert held.lease_of(3) is None
    assert names(held.due(NOW, 9)) == ["a"]


def test_a_second_restore_of_one_lease_does_not_turn_back_what_was_committed() -> None:
    held = Holdings()
    held.assign(0)
    held.put_spec(0, "a", spec("a"))
    held.catch_up(0)
    lease = held.lease_of(0)
    assert lease is not None
    assert held.restore(0, lease, {})
    (due,) = held.due(NOW, 9)
    held.settle(due, state("a", NOW), b"committed")
    held.committed()
    assert not held.restore(0, lease, {})
    assert held.due(NOW, 9)[0].kept.seen == b"committed"


def test_a_feed_listed_again_and_again_has_one_place_in_the_agenda() -> None:
    held = holding("a")
    for _ in range(5):
        held.put_spec(0, "a", spec("a"))
    (due,) = held.due(NOW, 9)
    held.put_spec(0, "a", spec("a"))
    assert held.due(NOW, 9) == []
    held.settle(due, state("a", NOW + 5), None)
    assert held.due(NOW + 4, 9) == []
    assert names(held.due(NOW + 5, 9)) == ["a"]
