"""Routing is deterministic, sends a story to at most two desks, and gives its reason."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desks import Desk, load_desks, route
from schemas.records import Story, StoryArticle

DESKS = load_desks()


def story(*titles: str, names: Sequence[str] = (), language: str = "en") -> Story:
    articles = tuple(
        StoryArticle(article_id=str(n), title=title, excerpt=f"{title}\n", language=language)
        for n, title in enumerate(titles)
    )
    return Story(story_id="s", opened_at=0, updated_at=0, articles=articles, names=tuple(names))


def names_of(routed: Sequence[object]) -> list[str]:
    return [r.desk.name for r in routed]  # type: ignore[attr-defined]


def test_a_feed_s_word_finds_a_desk_although_nothing_else_does() -> None:
    (only,) = route(story("An odd thing in Vell"), (), ["world"], DESKS)
    assert only.desk.name == "world"
    assert "1 of 1" in only.reason


def test_one_feed_of_many_is_enough_for_one_desk() -> None:
    routed = route(story("An odd thing in Vell"), (), ["sport"] * 9 + ["business"], DESKS)
    assert names_of(routed) == ["business"]


def test_without_any_evidence_there_is_no_desk() -> None:
    assert route(story("An odd thing in Vell"), (), ["sport"], DESKS) == ()


def test_figures_from_a_world_feed_reach_business_too() -> None:
    title = "Central bank raises interest rate as inflation bites"
    assert names_of(route(story(title), ("Economy",), ["world"], DESKS)) == ["business", "world"]


def test_a_weak_second_desk_is_left_out() -> None:
    title = "Shares of Orlo fall after profit warning"
    routed = route(story(title, title, "Minister visits"), ("markets",), ["business"] * 3, DESKS)
    assert names_of(routed) == ["business"]


def test_keywords_match_whole_words_or_prefixes_in_four_languages() -> None:
    for title in ("Zentralbank senkt Leitzins", "Inflación sube", "Bénéfices en hausse", "Layoffs at Orlo"):
        assert names_of(route(story(title), (), (), DESKS)) == ["business"], title
    assert route(story("Important stockings from Stockholm"), (), (), DESKS) == ()
    assert route(story("Bankside marketer"), (), (), (desk("sea", keywords=("bank", "market")),)) == ()


@pytest.mark.parametrize(
    ("title", "language", "first"),
    [
        ("Magnitude 6.8 earthquake strikes coast, tsunami alert", "en", "climate"),
        ("Hitzewelle und Waldbrände im Süden", "de", "climate"),
        ("Ransomware shuts three clinics' networks", "en", "technology"),
        ("Fuite de données chez un opérateur", "fr", "technology"),
        ("Measles outbreak: vaccination teams sent", "en", "science"),
        ("Gemeinderat stimmt über Brücke ab", "de", "dach"),
    ],
)
def test_the_desks_that_come_with_tidewire_share_the_world_out(title: str, language: str, first: str) -> None:
    routed = route(story(title, language=language), (), (), DESKS)
    assert names_of(routed)[0] == first
    assert len(routed) <= 2


def desk(name: str, *, languages: tuple[str, ...] = (), keywords: tuple[str, ...] = ()) -> Desk:
    return Desk(
        name=name,
        title=name,
        mandate="m",
        audience="a",
        languages=languages,
        keywords=keywords,
        file_hash="0",
    )


def test_a_desk_that_does_not_read_the_language_gets_it_only_on_a_feed_s_word() -> None:
    german = desk("regional", languages=("de",), keywords=("ferry",))
    english = story("Ferry aground", language="en")
    assert route(english, (), (), (german,)) == ()
    assert names_of(route(english, (), ["regional"], (german,))) == ["regional"]


def near(name: str, **other: float) -> Desk:
    return Desk(
        name=name, title=name, mandate="m", audience="a", file_hash="0", **{"prototypes": ("p",), **other}
    )


def test_likeness_from_its_floor_on_routes_a_story_that_nothing_else_does() -> None:
    odd = story("An odd thing in Vell")
    sea = near("sea")
    assert route(odd, (), (), (sea,), {"sea": 0.349}) == ()
    (only,) = route(odd, (), (), (sea,), {"sea": 0.35})
    assert only.reason == "prototypes: 0.35 alike"
    assert route(odd, (), (), (near("sea", prototypes_floor=0.5),), {"sea": 0.49}) == ()


def test_however_many_desks_a_story_is_near_to_two_get_it() -> None:
    desks, odd = [near(name) for name in "abc"], story("An odd thing in Vell")
    assert names_of(route(odd, (), ["c"], desks, dict.fromkeys("abc", 0.9))) == ["c"]
    assert names_of(route(odd, (), (), desks, dict.fromkeys("abc", 0.9))) == ["a", "b"]


@given(
    st.lists(st.sampled_from(["world", "business", "sport", ""]), max_size=6),
    st.lists(st.sampled_from(["economy", "World", "sport"]), max_size=3),
    st.permutations(DESKS),
    st.lists(st.sampled_from(["Ceasefire holds", "Shares fall", "A cat"]), max_size=4),
)
def test_at_most_two_whatever_the_order_of_desks(
    feeds: list[str], categories: list[str], desks: list[Desk], titles: list[str]
) -> None:
    routed = route(story(*titles), categories, feeds, desks)
    assert len(routed) <= 2
    assert routed == route(story(*titles), sorted(categories), sorted(feeds), DESKS)
    if {"world", "business"} & set(feeds):
        assert routed
    assert all(r.reason for r in routed)
