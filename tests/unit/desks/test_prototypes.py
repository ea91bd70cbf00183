"""Likeness to prototypes; with the embedded model, and with the desks that come with Tidewire."""

from collections.abc import Sequence

import numpy as np
import pytest

from desks import Desk, load_desks
from desks.prototypes import Prototypes, prototypes_of
from language.embeddings import MiniLM, Vector

DESKS = load_desks()


class Corners:
    """A unit vector a text: its first letter's."""

    name = "corners"
    dimension = 26

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        return [np.eye(26, dtype=np.float32)[ord(text[0]) - ord("a")] for text in texts]


def desk(name: str, *prototypes: str) -> Desk:
    return Desk(name=name, title="T", mandate="m", audience="a", file_hash="0", prototypes=prototypes)


def test_a_desk_is_as_near_as_its_nearest_prototype() -> None:
    made = prototypes_of((desk("one", "a", "b"), desk("two", "c"), desk("none")), Corners())
    assert made.model == "corners"
    vector = np.zeros(26, dtype=np.float32)
    vector[:2] = (3.0, 4.0)
    assert made.likeness(vector) == {"one": 0.8, "two": 0.0}


@pytest.fixture(scope="module")
def shipped() -> Prototypes:
    return prototypes_of(DESKS, MiniLM())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Chemicals group cuts its forecast as profit halves, shares slide", "business"),
        ("Typhoon nears Luzon, ferries stay in port and schools are shut", "climate"),
        ("Ebola cases double in a week, vaccination of contacts begins", "science"),
        ("Flaw in mail server used by attackers, administrators told to update now", "technology"),
        ("Opposition wins vote in Moldova, president concedes defeat", "world"),
    ],
)
def test_a_headline_is_nearest_to_its_desk(shipped: Prototypes, text: str, name: str) -> None:
    (vector,) = MiniLM().encode([text])
    likeness = shipped.likeness(vector)
    floors = {each.name: each.prototypes_floor for each in DESKS}
    assert max(likeness, key=lambda each: likeness[each]) == name
    assert likeness[name] >= floors[name]


def test_what_is_no_desks_is_near_to_none(shipped: Prototypes) -> None:
    for text in ("Actress marries her co-star on a yacht", "Chess prodigy, ten, wins open in Cadiz"):
        (vector,) = MiniLM().encode([text])
        likeness = shipped.likeness(vector)
        assert [each.name for each in DESKS if likeness[each.name] >= each.prototypes_floor] == []
