"""Correct statements spoilt in one place are caught, and correct ones pass; the sample, four languages."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.checks import spoiling
from benchmarks.checks.briefs import Correct, paraphrased
from benchmarks.checks.mutations import CAUGHT_BY_CODE, Mutation

ENOUGH = 0.95
# A statement in a hundred of the writer's own, and one in twenty in other words.
OBJECTED, OBJECTED_PARAPHRASES = 0.01, 0.05


@pytest.fixture(scope="module")
def correct() -> list[Correct]:
    return spoiling.corpus()


@pytest.fixture(scope="module")
def made(correct: list[Correct]) -> list[Mutation]:
    return spoiling.spoilt(correct)


@pytest.mark.parametrize("kind", CAUGHT_BY_CODE)
def test_alterations_that_code_can_see_are_caught(kind: str, made: list[Mutation]) -> None:
    of_kind = [each for each in made if each.kind == kind]
    assert len(of_kind) >= 40
    missed = Counter(each.how for each in of_kind if not spoiling.verdict(each.correct, each.statement))
    assert sum(missed.values()) <= (1 - ENOUGH) * len(of_kind), f"missed: {missed.most_common()}"


def test_each_language_is_caught_as_well(made: list[Mutation]) -> None:
    seen = [each for each in made if each.kind in CAUGHT_BY_CODE and each.kind != "quote"]
    for language in ("en", "de", "fr", "es"):
        own = [each for each in seen if each.correct.language == language]
        assert len(own) >= 100
        caught = sum(bool(spoiling.verdict(each.correct, each.statement)) for each in own)
        assert caught >= ENOUGH * len(own), f"{language}: {caught} of {len(own)}"


def test_correct_statements_pass(correct: list[Correct]) -> None:
    own = [each for each in correct if each.verbatim]
    assert len(own) > 300
    assert len(spoiling.objected(own)) <= OBJECTED * len(own)


def test_correct_statements_in_other_words_pass() -> None:
    statements = paraphrased()
    assert {each.language for each in statements} == {"en", "de", "fr", "es"}
    objected = spoiling.objected(statements)
    assert len(objected) <= OBJECTED_PARAPHRASES * len(statements), objected


def test_every_mutation_changes_something_and_is_the_same_each_time(
    correct: list[Correct], made: list[Mutation]
) -> None:
    assert all(each.statement != each.correct.statement for each in made)
    assert spoiling.spoilt(correct) == made
    assert {each.kind for each in made} == {*CAUGHT_BY_CODE, "negation", "attribution"}
