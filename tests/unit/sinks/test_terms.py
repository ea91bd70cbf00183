"""Words in any script become the same terms in a document and in a query."""

import pytest

from sinks.terms import TYPICAL_LENGTH, document_terms, query_terms, term_hash, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hafenstreik in Größe STRASSE straße", ["hafenstreik", "in", "grosse", "strasse", "strasse"]),
        ("L’été, café: cafe", ["l", "ete", "cafe", "cafe"]),
        ("Забастовка Ёлка", ["забастовка", "елка"]),
        ("إضراب الميناء", ["اضراب", "الميناء"]),
        ("बंदरगाह हड़ताल", ["बंदरगाह", "हड़ताल"]),
        ("東京で港", ["東京", "京で", "で港"]),
        ("港 strike港湾2026", ["港", "strike", "港湾", "2026"]),
        ("한국 항만", ["한국", "항만"]),
        ("foo_bar 3.5bn COVID-19", ["foo", "bar", "3", "5bn", "covid", "19"]),
        ("<script>alert(1)</script>", ["script", "alert", "1", "script"]),
        ("…", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_thai_is_cut_into_overlapping_pairs_that_a_shorter_query_shares() -> None:
    assert set(words("ท่าเรือ")) <= set(words("การประท้วงท่าเรือ"))


def test_an_endless_word_keeps_its_beginning() -> None:
    assert words("x" * 500) == ["x" * 40]


def test_hashes_are_the_same_in_every_process() -> None:
    assert term_hash("strike") == 0x963F13A0
    assert document_terms("strike").indices == (0x963F13A0,)


def test_weights_rise_with_frequency_and_saturate() -> None:
    def weight(times: int) -> float:
        return document_terms("strike " * times + "other " * (TYPICAL_LENGTH - times)).values[0]

    strike_first = document_terms("strike").indices < document_terms("other").indices
    assert strike_first
    assert weight(1) < weight(2) < weight(20) < 2.2
    assert weight(2) - weight(1) > weight(20) - weight(19)


def test_indices_are_distinct_and_sorted() -> None:
    terms = document_terms("the quick brown fox and the lazy dog")
    assert list(terms.indices) == sorted(set(terms.indices))
    assert len(terms.indices) == len(terms.values)


def test_a_query_leaves_function_words_out_unless_there_is_nothing_else() -> None:
    assert query_terms("the strike in the port") == query_terms("strike port")
    assert query_terms("der Streik im Hafen") == query_terms("streik hafen")
    assert query_terms("the who").indices == query_terms("who the").indices != ()
    assert set(query_terms("war strike strike").values) == {1.0}
