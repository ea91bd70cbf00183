from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from language.numbers import numbers
from schemas.limits import DIGITS, FIGURES


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Shares fell 3.5% to $12.40", ["3.5 %", "12.4 USD"]),
        ("en", "revenue of US$3.2bn and two million euros", ["3200000000 USD", "2000000 EUR"]),
        ("en", "1,234 jobs, 12 million people, 4 per cent", ["1234", "12000000", "4 %"]),
        ("en", "5,000,000.50 pounds", ["5000000.5 GBP"]),
        ("de", "um 3,5 Prozent auf 12,40 Euro", ["3.5 %", "12.4 EUR"]),
        ("de", "3,2 Mrd. Euro, 1.234 Stellen, zwei Millionen", ["3200000000 EUR", "1234", "2000000"]),
        ("es", "3,2 mil millones de dólares, 1.234 empleos", ["3200000000 USD", "1234"]),
        ("es", "un 3,5 % y 2 puntos porcentuales", ["3.5 %", "2 pp"]),
        ("fr", "3,2 milliards d'euros, 1 234 emplois", ["3200000000 EUR", "1234"]),
        ("fr", "3,5 pour cent", ["3.5 %"]),
        ("de", "2 Billionen Euro", ["2000000000000 EUR"]),
        ("en", "in 2025", ["2025 year"]),
        ("en", "Rs 2,40,000 crore and ₹7 lakh", ["2400000000000 INR", "700000 INR"]),
        ("en", "down -3.5% (−2%)", ["-3.5 %", "-2 %"]),
        ("en", "3-4 million, 10-20%, 0.5-1%", ["3000000", "4000000", "10 %", "20 %", "0.5 %", "1 %"]),
        ("en", "$5-6 million or NZ$2bn", ["5000000 USD", "6000000 USD", "2000000000 NZD"]),
        ("en", "2½ per cent", ["2.5 %"]),
        ("en", "£ 50 m, £50m, 46 m", ["50000000 GBP", "50000000 GBP", "46"]),
        ("ar", "٤٫٥ في المئة", ["4.5 %"]),
        ("it", "5 milioni di persone", ["5000000"]),
        ("pt", "3,2 milhões", ["3200000"]),
        ("en", "won 3-2, by 5-6 votes", ["3", "5", "6"]),
        ("en", "from 2010-2015", ["2010 year", "2015 year"]),
        ("en", "G20, Covid-19, at 14:30 on 2025-11-24", []),
    ],
)
def test_value_and_unit(language, text, expected):
    assert [number.key for number in numbers(text, language)] == expected


def test_the_span_is_where_the_number_stands():
    text = "Profit rose to €1.5 million."
    [number] = numbers(text, "en")
    assert text[number.start : number.end] == "€1.5 million"


def test_the_resolution_is_the_worth_of_the_last_digit():
    [number] = numbers("3.2 billion", "en")
    assert number.value == Decimal(3_200_000_000)
    assert number.resolution == Decimal(100_000_000)


def test_of_a_text_of_figures_alone_the_first_are_read():
    found = numbers("12 " * 3 * FIGURES, "en")
    assert len(found) == FIGURES
    assert [each.start for each in found[:3]] == [0, 3, 6]


def test_a_row_of_digits_without_end_is_no_number():
    (found,) = numbers("9" * (DIGITS + 1) + " and " + "8" * DIGITS, "en")
    assert found.start == DIGITS + len("9 and ")


def test_a_number_in_a_time_of_day_is_none_wherever_it_stands():
    found = numbers("At 10:30 and at 11:45 some 25 of 30 left at 12:15", "en")
    assert [each.value for each in found] == [25, 30]


def test_number_forms_that_were_reported():
    path = Path(__file__).parents[4] / "shared/data/reports/text.json"
    if not path.exists():
        pytest.skip("the reported forms are not on this machine")
    for case in json.loads(path.read_text())["numbers"]:
        found = numbers(case["text"], case["language"])
        for number, wanted in zip(found, case["expected"], strict=True):
            if wanted["unit"].startswith("…"):
                # The scale is the one of the range's other end.
                assert number.value == Decimal(wanted["value"]) * number.scale, case["text"]
            else:
                assert (number.value, number.unit) == (Decimal(wanted["value"]), wanted["unit"]), case["text"]
