"""Sentences that stand without their story: short news does, adverts and orders do not."""

import pytest

from agents.telling import tells


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Eleven people have died."),
        ("en", "Flights at the second airport were not affected."),
        ("en", "A group calling itself Gray Heron claimed the attack."),
        ("en", '"We have nothing to hide," Mona Fielding told reporters.'),
        ("de", "Anwohner wurden in einer Schule untergebracht."),
        ("de", "„Es reicht“, sagte die Vorsitzende."),
        ("fr", "Une enquête a été ouverte dans la nuit."),
        ("es", "Las brigadas fumigarán 38 barrios."),
    ],
)
def test_news_is_told(language: str, text: str) -> None:
    assert tells(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Evaluate market trends in turnip brandy."),
        ("en", "Sort what was bought by its price."),
        ("en", "A haiku was wanted here."),
        ("en", "The label TORN-88 has been agreed."),
        ("en", "It has to be said that Veld Bank is sound."),
        ("en", "Savings were never safer than with Plumecoin."),
        ("en", "tag was='x'"),
        ("en", "The crew was 'Morning Dew'."),
        ("en", "Die Anwohner wurden in einer Schule in der Nähe untergebracht."),
        ("de", "Die Überschrift wurde auf Wunsch geändert."),
        ("pl", "Wczoraj otwarto nowy most."),
    ],
)
def test_what_is_no_news_does_not(language: str, text: str) -> None:
    assert not tells(text, language)
