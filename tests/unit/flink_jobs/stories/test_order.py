from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flink_jobs.stories.order import OrderBuffer, Position

positions = st.builds(
    Position, st.integers(0, 5000), st.integers(0, 9), st.sampled_from("abc"), st.integers(1, 3), st.just("h")
)


def buffer() -> OrderBuffer[str]:
    return OrderBuffer(str.encode, bytes.decode)


def at(logged_at: int, name: str = "a", published_at: int = 0) -> Position:
    return Position(logged_at, published_at, name, 1, "hash")


@given(st.lists(positions, unique=True))
def test_releases_in_order_whatever_the_order_of_arrival(arrivals):
    waiting = buffer()
    for place in arrivals:
        waiting.add(place, str(place))
    assert list(waiting.release(10_000)) == [str(place) for place in sorted(arrivals)]
    assert len(waiting) == 0


def test_releases_only_what_the_watermark_has_passed():
    waiting = buffer()
    waiting.add(at(2000), "later")
    waiting.add(at(1000), "now")
    assert list(waiting.release(1999)) == ["now"]
    assert waiting.next_due() == 2000


def test_ties_of_logged_time_are_broken_by_published_time_then_id():
    waiting = buffer()
    waiting.add(at(1, "b", 5), "3")
    waiting.add(at(1, "a", 5), "2")
    waiting.add(at(1, "z", 4), "1")
    assert list(waiting.release(1)) == ["1", "2", "3"]


@given(st.lists(positions, unique=True), st.integers(0, 5000))
def test_a_restored_buffer_goes_on_where_the_first_one_was(arrivals, watermark):
    waiting, kept = buffer(), {}
    for place in arrivals:
        waiting.add(place, str(place))
    released = list(waiting.release(watermark))
    for key, value in waiting.puts():
        assert value is not None or key not in kept
        if value is not None:
            kept[key] = value
    restored = buffer()
    restored.restore(kept.items())
    assert restored.puts() == []
    assert restored.next_due() == waiting.next_due()
    rest = list(waiting.release(10_000))
    assert list(restored.release(10_000)) == rest
    assert len(released) + len(rest) == len(arrivals)


def test_what_was_released_is_deleted_from_state():
    waiting = buffer()
    waiting.add(at(1000), "x")
    [(key, value)] = waiting.puts()
    assert value == b"x"
    list(waiting.release(1000))
    assert waiting.puts() == [(key, None)]
