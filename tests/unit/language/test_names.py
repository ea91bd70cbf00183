from __future__ import annotations

import pytest

from language.names import name_words, names


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "en",
            "Talks begin\nOn Monday Dr. Ines Varga of the Bank of Kelmar met Varga's critics.",
            ("Ines Varga", "Bank of Kelmar"),
        ),
        (
            "en",
            "Judge Lets Case Proceed Against Senator\nA judge in Kelmar City ruled against Olin Brask.",
            ("Kelmar City", "Olin Brask"),
        ),
        (
            "de",
            "Streik im Hafen\nDer Streik geht weiter, sagte Anna Feldkamp von Siemens in Rotterdam.",
            ("Anna Feldkamp", "Siemens", "Rotterdam"),
        ),
        ("de", "Gipfel\nUrsula von der Leyen kam nach Rotterdam.", ("Ursula von der Leyen", "Rotterdam")),
        (
            "es",
            "Huelga en el puerto\nLa huelga paró Valparaíso, dijo Gabriel Boric, presidente de Chile.",
            ("Valparaíso", "Gabriel Boric", "Chile"),
        ),
        (
            "fr",
            "Grève au port\nLe président s'est rendu à l'Assemblée nationale avec Jean-Luc Morin de l'AFP.",
            ("Assemblée", "Jean-Luc Morin", "AFP"),
        ),
        ("zh", "港口罢工\n工人周一罢工。", ()),
        ("en", "", ()),
    ],
)
def test_names_by_language(language, text, expected):
    assert names(text, language) == expected


def test_a_common_word_is_no_name_for_starting_a_sentence():
    assert names("Talks\nThousands marched. Police watched. Nobody was hurt.", "en") == ()


def test_a_word_at_the_start_of_a_sentence_is_a_name_if_the_text_says_so_elsewhere():
    assert names("Talks\nBank chiefs met. Later the Bank agreed.", "en") == ("Bank",)


def test_a_headline_in_capitals_gives_no_names():
    assert "STRIKE" not in names("DOCKERS STRIKE AT HARBOUR OVER WAGES\nDockers walked out.", "en")


def test_names_end_at_the_end_of_a_sentence():
    assert names("x\nHe left Chile. Olin Brask stayed in Kelmar.", "en") == ("Chile", "Olin Brask", "Kelmar")


def test_words_of_a_name_leave_out_connectors_and_titles():
    assert name_words("Bank of England") == ("bank", "england")
    assert name_words("Dr. Ines Varga") == ("ines", "varga")
