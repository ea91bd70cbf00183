"""Figures and dates: read in several languages, compared by value, unit, hedge and day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal
from hypothesis import example, given
from hypothesis import strategies as st
from num2words import num2words

from language.figures import dates, quantities
from language.figures.quantities import figures_of

LANGUAGES = ("en", "de", "fr", "es")
TUESDAY = date(2026, 3, 3)
PUBLISHED = round(datetime(2026, 3, 3, 12, tzinfo=UTC).timestamp() * 1000)


def follows(said: str, source: str, language: str = "en", of: str = "") -> bool:
    """Whether each figure of one text follows from the other's."""
    found = figures_of(said, language).quantities
    assert found, f"no figure read in {said!r}"
    known = figures_of(source, of or language).quantities
    return all(quantities.supported(each, known) for each in found)


def dated(said: str, source: str, language: str = "en", of: str = "", at: int = PUBLISHED) -> bool:
    """The same of dates."""
    found = figures_of(said, language).dates
    assert found, f"no date read in {said!r}"
    known = figures_of(source, of or language).dates
    return all(dates.supported(each, [(other, at) for other in known]) for each in found)


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("€4.2bn", "4.2 billion euros"),
        ("27%", "27 percent"),
        ("fourteen wind farms", "14 wind farms"),
        ("twenty-five people", "25 people"),
        ("US$1.2 billion", "a loss of $1,187,432,000"),
        ("about 500 workers", "480 workers"),
        ("more than 400 workers", "480 workers"),
        ("nearly 500 workers", "480 workers"),
        ("between five and seven miles", "5 to 7 miles"),
        ("20-30 percent", "between 20 and 30 per cent"),
        ("rates rose 0.25 percentage points", "rates rose 25 basis points"),
        ("the 33-year-old", "Ana Sorel, 33, said"),
        ("at 2.30 p.m.", "at 14:30"),
        ("the third quarter", "the 3rd quarter"),
        ("a dozen ships", "12 ships"),
        ("410 m below", "410 metres below"),
    ],
)
def test_a_figure_follows_however_it_is_written(said: str, source: str) -> None:
    assert follows(said, source)


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("481 workers", "480 workers"),
        ("some 483 workers", "480 workers"),
        ("about 600 workers", "480 workers"),
        ("more than 500 workers", "480 workers"),
        ("500 workers", "480 workers"),
        ("4.50 percent", "4.75 percent"),
        ("4.2 million euros", "4.2 billion euros"),
        ("4.2 billion dollars", "4.2 billion euros"),
        ("4.2 billion euros", "4.2 billion tonnes"),
        ("$1.2 billion", "1.2 billion people"),
        ("30 percent", "30 percentage points"),
        ("25 percent", "20 to 30 percent"),
        ("five miles", "five kilometres"),
        ("at 3.30 p.m.", "at 14:30"),
        ("the fourth quarter", "the third quarter"),
        ("eight men", "nine men"),
    ],
)
def test_another_figure_does_not(said: str, source: str) -> None:
    assert not follows(said, source)


@pytest.mark.parametrize(
    ("said", "language", "source", "of"),
    [
        ("5.48 billion dollars", "en", "5.480 millones de dólares", "es"),
        ("2,300 firefighters", "en", "2.300 Feuerwehrleute", "de"),
        ("4.2 Milliarden Euro".replace(".", ","), "de", "4,2 milliards d'euros", "fr"),
        ("fünfundzwanzig Prozent", "de", "veinticinco por ciento", "es"),
        ("quatre-vingt-dix-sept personnes", "fr", "97 Menschen", "de"),
        ("veintiún barcos", "es", "21 ships", "en"),
        ("14 h 30".replace(" ", ""), "fr", "um 14.30 Uhr", "de"),
    ],
)
def test_figures_are_the_same_in_every_language(said: str, language: str, source: str, of: str) -> None:
    assert follows(said, source, language, of)


@given(st.integers(2, 999_999_999), st.sampled_from(LANGUAGES))
def test_whole_numbers_come_back_as_their_language_writes_them(number: int, language: str) -> None:
    if 1900 <= number <= 2099:
        number += 1000  # four such digits alone are a year
    text = f"{format_decimal(number, locale=language)} x"
    assert number in {q.value for q in figures_of(text, language).quantities}


@given(st.integers(2, 999_999), st.sampled_from(("en", "de", "fr")))
@example(97, "fr")
@example(21, "de")
def test_numbers_in_words_come_back(number: int, language: str) -> None:
    words = num2words(number, lang=language).replace(",", "")
    assert Decimal(number) in {q.value for q in figures_of(f"x {words} x", language).quantities}


@given(st.integers(2, 999))
def test_spanish_numbers_in_words_come_back(number: int) -> None:
    words = num2words(number, lang="es")
    assert Decimal(number) in {q.value for q in figures_of(f"x {words} x", "es").quantities}


@given(
    st.dates(date(1990, 1, 1), date(2060, 12, 31)),
    st.sampled_from(LANGUAGES),
    st.sampled_from(("medium", "long", "full")),
)
def test_dates_come_back_as_their_language_writes_them(day: date, language: str, width: str) -> None:
    found = figures_of(f"x {format_date(day, width, locale=language)} x", language).dates
    assert (day.year, day.month, day.day) in {(said.year, said.month, said.day) for said in found}


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)), st.sampled_from(LANGUAGES), st.sampled_from(LANGUAGES))
def test_a_date_follows_from_itself_and_not_from_the_next_day(day: date, language: str, other: str) -> None:
    said = format_date(day, "long", locale=language)
    assert dated(said, format_date(day, "long", locale=other), language, other)
    assert not dated(said, format_date(day + timedelta(days=1), "long", locale=other), language, other)


@pytest.mark.parametrize(
    ("said", "language", "source", "of"),
    [
        ("on 3 March 2026", "en", "on Tuesday", "en"),
        ("on 2 March 2026", "en", "yesterday", "en"),
        ("am 2. März 2026", "de", "gestern", "de"),
        ("le 2 mars 2026", "fr", "lundi", "fr"),
        ("el 2 de marzo de 2026", "es", "ayer", "es"),
        ("on Tuesday", "en", "am Dienstag", "de"),
        ("in March 2026", "en", "on 14 March", "en"),
        ("in March", "en", "on 14 March 2026", "en"),
        ("in 2025", "en", "last year", "en"),
        ("on 28 February", "en", "three days ago", "en"),
        ("2026-03-03", "en", "on Tuesday", "en"),
        ("03.03.2026", "de", "le 3 mars 2026", "fr"),
        ("from May 27 to June 7", "en", "May 27 until June 7", "en"),
    ],
)
def test_a_date_follows_from_what_its_source_says(said: str, language: str, source: str, of: str) -> None:
    assert dated(said, source, language, of)


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("on 4 March 2026", "on Monday"),
        ("on Wednesday", "on Tuesday"),
        ("tomorrow", "yesterday"),
        ("in April 2026", "on 14 March 2026"),
        ("in 2024", "last year"),
        ("on 3 March 2025", "on 3 March 2026"),
        ("last week", "next week"),
        ("three days ago", "four days ago"),
    ],
)
def test_another_date_does_not(said: str, source: str) -> None:
    assert not dated(said, source)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The parties may march on.", "en"),
        ("Am Morgen war es kalt.", "de"),
        ("Por la mañana hizo frío.", "es"),
        ("Covid-19, the G20 and the A142", "en"),
    ],
)
def test_words_that_only_look_like_dates_or_figures(text: str, language: str) -> None:
    assert figures_of(text, language) == quantities.Figures((), ())


@given(st.text(max_size=200), st.sampled_from((*LANGUAGES, "it", "ru", "ar", "zh", "xx", "")))
@example("99999999999999999999999999995", "en")
@example("9" * 5000 + "000 euros", "de")
def test_any_text_can_be_read(text: str, language: str) -> None:
    figures_of(text, language)
