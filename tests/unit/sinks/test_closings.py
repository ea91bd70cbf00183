"""A document's end is a function of the set, whatever the order in which it came together."""

from hypothesis import given
from hypothesis import strategies as st

from sinks.closings import Span, ends
from sinks.store import FOREVER


def span(
    key: str, at: int, kind: str = "article", closes: tuple[str, ...] = (), variant: bool = False
) -> Span:
    return Span(f"{kind}-{key}-{at}-{variant}", kind, key, (at,), at, FOREVER, closes, variant)


def test_each_version_ends_when_the_next_is_logged() -> None:
    first, second, third = span("a", 10), span("a", 20), span("a", 30)
    other = span("b", 15)
    assert ends([third, other, first, second]) == {
        first.id: 20,
        second.id: 30,
        third.id: FOREVER,
        other.id: FOREVER,
    }


def test_a_variant_ends_nothing_and_ends_with_the_wording_beside_it() -> None:
    first, variant, revision = span("a", 10), span("a", 12, variant=True), span("a", 20)
    assert ends([first, variant]) == {first.id: FOREVER, variant.id: FOREVER}
    assert ends([first, variant, revision]) == {first.id: 20, variant.id: 20, revision.id: FOREVER}


def test_a_brief_ends_with_the_earliest_that_supersedes_it() -> None:
    first = span("x", 10, "brief")
    second = span("y", 20, "brief", closes=("x",))
    third = span("z", 30, "brief", closes=("y", "x"))
    assert ends([third, first, second]) == {first.id: 20, second.id: 30, third.id: FOREVER}


def test_a_closing_of_what_is_not_there_yet_is_harmless() -> None:
    later = span("y", 20, "brief", closes=("x",))
    assert ends([later]) == {later.id: FOREVER}


spans = st.builds(
    span,
    key=st.sampled_from("abc"),
    at=st.integers(1, 40),
    kind=st.sampled_from(["article", "brief"]),
    closes=st.lists(st.sampled_from("abc"), max_size=2).map(tuple),
    variant=st.booleans(),
)


@given(st.lists(spans, unique_by=lambda each: each.id), st.randoms())
def test_order_does_not_matter(given_spans: list[Span], random: object) -> None:
    shuffled = list(given_spans)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert ends(shuffled) == ends(given_spans)


@given(st.lists(spans, unique_by=lambda each: each.id))
def test_at_no_time_are_two_versions_of_one_thing_the_latest(given_spans: list[Span]) -> None:
    until = ends(given_spans)
    for moment in range(42):
        latest = [
            each.key
            for each in given_spans
            if each.kind == "article" and not each.variant and each.known_from <= moment < until[each.id]
        ]
        assert len(latest) == len(set(latest))
