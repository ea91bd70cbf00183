"""What is spooled is found again, and takes no more room than it has to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agents.spool import Spool


@given(
    st.lists(st.tuples(st.sampled_from("abcde"), st.one_of(st.none(), st.binary(max_size=40))), max_size=60)
)
def test_it_holds_what_a_dictionary_would(steps: list[tuple[str, bytes | None]]) -> None:
    spool, held = Spool(waste_bytes=64), dict[str, bytes]()
    for key, value in steps:
        if value is None:
            spool.drop(key)
            held.pop(key, None)
        else:
            spool.put(key, value)
            held[key] = value
        assert {key: spool.get(key) for key in "abcde"} == {key: held.get(key) for key in "abcde"}
        assert len(spool) == len(held)


def test_what_was_dropped_takes_no_room_for_ever() -> None:
    spool = Spool(waste_bytes=1_000)
    for number in range(1_000):
        spool.put(str(number), b"x" * 100)
        spool.drop(str(number - 3))
    assert len(spool) == 3
    assert spool.bytes_on_disk < 3_000
    assert "x" not in str(spool.get("1"))
