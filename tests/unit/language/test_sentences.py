"""Sentences keep their offsets, and abbreviations and quotations do not break them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.reading.sentences import sentences

CASES = {
    "en": [
        "Gov. J. B. Smith met Mr. Lee at 5 p.m. on Tuesday in the U.S. capital.",
        "“We won't go,” he said.",
        "Costs rose 4.75 percent to $1.2 billion, Orlo Inc. said.",
        "The vote at 3 a.m. Friday failed.",
        "Is it so?",
        "“It is over!” she shouted.",
    ],
    "de": [
        "Der Minister Dr. Max Weber sagte am 3. Oktober, z. B. die Bahn sei bereit.",
        "„Wir gehen nicht“, sagte er.",
        "Am 12. Mai 2026 wurden ca. 1.200 Menschen evakuiert, u. a. Kinder.",
        "Die Fa. Orlo AG zahlt 4,5 Mio. Euro.",
        "Ein Spalt hat sich geöffnet.",
        "640 Gäste gingen am Sonntag, dem 3. Mai.",
    ],
    "es": [
        "El Sr. Pérez y la Dra. Gómez llegaron a EE. UU. el martes.",
        "«No iremos», dijo.",
        "¿Qué pasa?",
        "Según el art. 5 de la ley, el plazo vence.",
    ],
    "fr": [
        "M. Dupont et Mme. Durand sont arrivés à 10 h.",
        "« Nous partons », a-t-il dit.",
        "Le prix a augmenté de 4,5 % en janv. 2026.",
        "L’art. 3 de la loi, p. ex., s’applique.",
    ],
}


@pytest.mark.parametrize("language", CASES)
def test_abbreviations_dates_and_quotations_do_not_break_a_sentence(language: str) -> None:
    expected = CASES[language]
    assert [each.text for each in sentences(" ".join(expected), language)] == expected


def test_a_line_feed_ends_a_sentence() -> None:
    found = sentences("Title\nA heading without a stop\nA sentence.", "en", start=6)
    assert [(each.text, each.position) for each in found] == [
        ("A heading without a stop", 0),
        ("A sentence.", 1),
    ]


@given(st.text(max_size=300), st.sampled_from(["en", "de", "es", "fr", "zh", "", "xx"]), st.integers(0, 20))
def test_every_sentence_is_what_its_offsets_say(text: str, language: str, start: int) -> None:
    end = start
    for sentence in sentences(text, language, min(start, len(text))):
        assert text[sentence.start : sentence.end] == sentence.text
        assert sentence.text.strip() == sentence.text != ""
        assert sentence.start >= min(end, len(text))
        end = sentence.end


@given(st.lists(st.sampled_from(["Ein Satz. ", "Am 3. Mai", " „So“", "🎉", "e\u0301", "Ende!"]), max_size=12))
def test_nothing_but_white_space_lies_between_sentences(pieces: list[str]) -> None:
    text = " ".join(pieces)
    left = list(text)
    for sentence in sentences(text, "de"):
        left[sentence.start : sentence.end] = " " * (sentence.end - sentence.start)
    assert not "".join(left).strip()
