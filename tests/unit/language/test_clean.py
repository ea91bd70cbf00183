"""Citable text: what a reader of the page would see, and nothing that hides."""

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.clean import citable_text, clean, clean_line, plain


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Plain words", "Plain words"),
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("One<br>Two<br/><br/>Three", "One\nTwo\nThree"),
        ("<ul><li>1<li>2</ul>", "1\n2"),
        ("a\n  b\t c", "a\nb c"),
        ("<p>a\n  b</p>", "a b"),
        ("bo<b>ld</b>er", "bolder"),
        ("Fish &amp; chips &lt;3", "Fish & chips <3"),
        ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
        ("AT&T", "AT&T"),
        ("<p>Read on<script>steal()</script><style>p{}</style></p>", "Read on"),
        ("<!-- secret -->shown", "shown"),
        ("<a href='javascript:x()' onclick='y()'>link</a>", "link"),
        ("<p>cut <b", "cut"),
        ("", ""),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert clean(markup) == text


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="display:none">bad</p>',
        '<p style="color:red; DISPLAY : none !important">bad</p>',
        '<div style="visibility:hidden"><p>bad</p><br>bad</div>',
        "<span style='font-size:0'>bad</span>",
        "<span style='font-size:0px'>bad</span>",
        "<span style='opacity: 0'>bad</span>",
        "<span style='opacity:0.0'>bad</span>",
        "<span style='position:absolute;left:-9999px'>bad</span>",
        "<div hidden>bad</div>",
        '<span aria-hidden="true">bad</span>',
        "<template>bad</template>",
        "<noscript>bad</noscript>",
        "<svg><text>bad</text></svg>",
        "<p hidden>bad <b>bad</b></p>",
    ],
)
def test_what_a_reader_cannot_see_is_not_in_the_text(hidden: str) -> None:
    assert clean(f"<p>good</p>{hidden}<p>more</p>") == "good\nmore"


@pytest.mark.parametrize(
    "shown",
    ["<p style='opacity:0.8'>seen</p>", "<p style='font-size:0.9em'>seen</p>", "<p style=''>seen</p>"],
)
def test_what_is_only_styled_is_seen(shown: str) -> None:
    assert clean(shown) == "seen"


@pytest.mark.parametrize(
    "unseen",
    [
        "\u200b",
        "\ufeff",
        "\u202e",
        "\u2066",
        "\u00ad",
        "\ue000",
        "\U000f0000",
        "\U000e0041",
        "\x00",
        "\x1b",
        "\u3164",
        "\ufe01",
        "\U000e0101",
        "\u200d",
        "\u2060",
    ],
)
def test_characters_that_cannot_be_seen_are_gone(unseen: str) -> None:
    assert clean(f"pass{unseen}word") == "password"
    assert clean_line(f"<b>pass{unseen}word</b>") == "password"


def test_joiners_stay_where_they_shape_what_is_read() -> None:
    assert clean("می\u200cخواهم") == "می\u200cخواهم"
    assert clean("👨\u200d👩\u200d👧") == "👨\u200d👩\u200d👧"


def test_a_title_is_one_line_and_text_is_composed() -> None:
    assert clean_line("<h1>A\nlong<br>title</h1>") == "A long title"
    assert clean("e\u0301te\u0301") == "été"


def test_known_text_keeps_what_looks_like_markup() -> None:
    assert plain("if a <b> c &amp; d\u200b") == "if a <b> c &amp; d"


def test_citable_text_is_title_line_feed_body() -> None:
    assert citable_text("Title", "Body") == "Title\nBody"
    assert citable_text("Title", "") == "Title\n"


@given(st.text(max_size=300))
def test_any_text_comes_out_clean_and_stays_as_it_is(text: str) -> None:
    once = plain(text)
    assert plain(once) == once
    assert once == once.strip()
    assert "\n\n" not in once
    assert not [c for c in once if unicodedata.category(c) in ("Cc", "Co", "Cs") and c != "\n"]


@given(st.text(alphabet="<>&;/ab\"'= p!-\n", max_size=200))
def test_any_tag_soup_is_survived(markup: str) -> None:
    assert "\n\n" not in clean(markup)


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="overflow:hidden;height: 0">bad</p>',
        '<p style="max-height:0;overflow:hidden">bad</p>',
        '<p style="clip:rect( 0,0,0,0)">bad</p>',
        "<p style='margin-left:-9999px'>bad</p>",
    ],
)
def test_what_is_too_small_or_too_far_away_is_not_seen(hidden: str) -> None:
    assert clean(f"<p>good</p>{hidden}") == "good"
    assert clean("<p style='min-width:0; overflow:hidden; line-height:0'>seen</p>") == "seen"


@pytest.mark.parametrize("hidden", ["<p hidden>bad</p>", "<svg><b>bad</b></svg>", "<script><p>bad</script>"])
def test_what_is_too_deep_for_a_tree_loses_nothing_but_structure(hidden: str) -> None:
    assert (
        clean("<div>" * 2_000 + f"one<br>t<b>w</b>o &amp; &lt;{hidden}" + "</p>three")
        == "one\ntwo & <\nthree"
    )


WORST = {
    "styles": '<p style="' + "height: 0" * 100_000 + '">x',
    "declarations": '<p style="' + "height:0;" * 100_000 + '">x',
    "depth": "<div>" * 200_000,
    "lists": "<dd><dl>" * 100_000,
    "formatting": "<p>" + "".join(f"<b id={n}>" for n in range(50_000)) + "</p>" + "<p>x" * 100_000,
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(200_000)) + ">x",
    "quotes": "<p a=\"x <p a='x " * 50_000,
    "blanks": "<p " + " " * 500_000 + "x",
    "dropped": "<svg>" * 100_000 + "</svg>" + "<svg>" * 100_000,
    "comments": "<!--" * 200_000 + "<p>",
    "references": "<p>&#" + "9" * 500_000 + ";",
    "combining": "<p>a" + "\u0301\u0316" * 200_000,
}


@pytest.mark.parametrize("markup", WORST.values(), ids=WORST)
def test_the_worst_that_is_known_takes_little(markup: str) -> None:
    # All of them take some seconds together; each took minutes, or did not end.
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_CPU, (30, 30));"
        "from language.clean import clean; clean(sys.stdin.read())"
    )
    subprocess.run([sys.executable, "-c", program], input=markup.encode(), check=True)


def test_half_a_character_within_markup_is_not_seen() -> None:
    assert clean("<p>a\ud800b</p>\udfff<b>c</b>") == "ab\nc"
