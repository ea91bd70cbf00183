"""One entry of a JSON Feed that is not as the format says costs no other one."""

import json
from typing import Any

import pytest

from producers.parse import Unreadable, read

URL = "https://a.example/feed.json"
FIELDS = (
    *("id", "url", "title", "content_html", "content_text", "summary", "date_published", "date_modified"),
    *("tags", "authors", "author", "image", "attachments", "_extension"),
)
ODD = (
    *("NaN", "Infinity", "-Infinity", "1e400", "-1e-400", "9" * 5_000, "1.5", "0", "-0", "true", "null"),
    *(
        '""',
        '"\\ud800"',
        '"\\udfff\\ud800"',
        '"\\u0000"',
        "[]",
        "[[[]]]",
        "{}",
        '{"name": 1}',
        "[null]",
        '["x", 1]',
    ),
)


def feed(*items: str) -> bytes:
    return f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{", ".join(items)}]}}'.encode()


def titles(body: bytes) -> list[str]:
    return [entry.title for entry in read(body, URL).entries]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", ODD, ids=[each[:12] for each in ODD])
def test_a_value_of_another_kind_is_left_out(field: str, value: str) -> None:
    odd = f'{{"id": "1", "title": "One", "content_text": "x", "{field}": {value}}}'
    assert titles(feed(odd, '{"title": "Two"}'))[1:] == ["Two"]


@pytest.mark.parametrize("item", ["null", "1", '"x"', "[]", "[[]]", "true", "NaN"])
def test_what_is_no_entry_is_passed_over(item: str) -> None:
    assert titles(feed(item, '{"title": "Two"}')) == ["Two"]


@pytest.mark.parametrize(
    "said", [b"a\\ud800b", b"a\xed\xa0\x80b", b"a\xffb", b"a\x00b", b"a\x1b[2Jb", b"a\nb"], ids=repr
)
def test_half_a_character_costs_that_character(said: bytes) -> None:
    body = feed('{"title": "SAID"}', '{"title": "Two"}').replace(b"SAID", said)
    one, two = titles(body)
    assert one[0] + one[-1] == "ab"
    assert two == "Two"


def test_a_byte_order_mark_and_figures_are_read() -> None:
    body = b"\xef\xbb\xbf" + feed('{"id": 7, "title": 2026}')
    (entry,) = read(body, URL).entries
    assert (entry.guid, entry.title) == ("7", "2026")


def test_authors_of_both_versions_are_read() -> None:
    said: list[Any] = [
        {"title": "1", "authors": [1, {"url": "x"}, {"name": "N"}]},
        {"title": "2", "author": {"name": "N"}},
        {"title": "3", "author": "N"},
    ]
    entries = read(feed(*map(json.dumps, said)), URL).entries
    assert [entry.authors for entry in entries] == [("N",)] * 3


def test_what_lies_too_deep_is_refused_with_a_reason() -> None:
    with pytest.raises(Unreadable, match="too deep"):
        read(feed('{"title": "One", "_x": ' + "[" * 50_000 + "]" * 50_000 + "}"), URL)
