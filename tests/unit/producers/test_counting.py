"""What a document holds is counted before a parser sees it."""

import pytest

from producers.counting import TooMuch, check, readable

WORST = {
    "entries": b"<rss>" + b"<item/>" * 20_000,
    "tags": b"<a/>" * 300_000,
    "depth": b"<a>" * 1_000,
    "attributes": b"<a " + b'b="1" ' * 1_000 + b">",
    "namespaces": b"<a xmlns:b='c'/>" * 30_000,
    "lists": b"[" * 300_000,
    "nested entities": b"<!DOCTYPE a [<!ENTITY b 'c'><!ENTITY d '&b;&b;'>]><a/>",
    "a long entity": b"<!DOCTYPE a [<!ENTITY b '" + b"c" * 1_000 + b"'>]><a/>",
}


@pytest.mark.parametrize("body", WORST.values(), ids=WORST)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32", "utf-16-le", "utf-32-be"])
def test_too_much_is_refused_in_every_encoding(body: bytes, encoding: str) -> None:
    with pytest.raises(TooMuch):
        check(readable(body.decode().encode(encoding)))


def test_an_encoding_that_hides_tags_is_refused() -> None:
    with pytest.raises(TooMuch, match="hidden"):
        readable(b"<?xml version='1.0' encoding='utf-7'?>+ADw-rss+AD4-")


def test_what_is_left_open_within_entries_is_not_depth() -> None:
    check(b"<rss><channel>" + b"<item><title>t</item>" * 2_000)
