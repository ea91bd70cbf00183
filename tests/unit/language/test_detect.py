"""Languages: what feeds declare, and what a text is in."""

import pytest

from language.detect import declared, detect


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("PT_br", "pt"),
        ("zh-Hant-TW", "zh"),
        (" de ", "de"),
        ("deu", "de"),
        ("iw", "he"),
        ("", ""),
        (None, ""),
        ("english", ""),
        ("x-none", ""),
        ("qqq", ""),
        ("en us", ""),
    ],
)
def test_a_declared_tag_becomes_two_letters_or_nothing(code: str | None, language: str) -> None:
    assert declared(code) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Dock workers at the port walked out on Monday over pay and working hours.", "en"),
        ("Der Bundesrat hat am Freitag einem neuen Gesetz über die Häfen zugestimmt.", "de"),
        ("Les dockers du port ont cessé le travail lundi pour réclamer une hausse des salaires.", "fr"),
        ("Los estibadores del puerto iniciaron el lunes una huelga por los salarios.", "es"),
        ("Портовые рабочие начали забастовку в понедельник, требуя повышения зарплаты.", "ru"),
        ("港口工人周一举行罢工，要求提高工资并缩短工作时间。", "zh"),
        ("بدأ عمال الميناء إضرابا يوم الاثنين للمطالبة بزيادة الأجور.", "ar"),
    ],
)
def test_a_text_s_language_is_found(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize("text", ["", "12 34 56", "OK", "— … —"])
def test_too_little_text_says_nothing(text: str) -> None:
    assert detect(text) == ""
