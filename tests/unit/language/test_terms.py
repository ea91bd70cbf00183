from __future__ import annotations

from language.terms import UNIT, terms


def test_rare_words_weigh_more_than_common_ones_and_the_commonest_nothing():
    weights = terms("The harbour of Kelmar", "", "en")
    assert set(weights) == {"harbour", "kelmar"}
    assert weights["kelmar"] > weights["harbour"]


def test_weights_form_a_vector_of_one_length():
    weights = terms("Dockers strike at Kelmar harbour", "Dockers stopped work on Monday.", "en")
    assert abs(sum(weight * weight for weight in weights.values()) - UNIT**2) < UNIT * len(weights)


def test_inflected_forms_share_a_term():
    assert set(terms("Hafenarbeiter", "", "de")) == set(terms("Hafenarbeiterin", "", "de"))


def test_scripts_without_spaces_are_cut_into_pairs():
    assert set(terms("港口罢工", "", "zh")) == {"港口", "口罢", "罢工"}


def test_nothing_said_gives_no_terms():
    assert terms("", "the of and", "en") == {}
