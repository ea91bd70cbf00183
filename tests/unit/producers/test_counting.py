"""What a document holds is counted before a parser sees it."""

import base64

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


HIDDEN = "<item><title>hidden</title></item>"
IN_UTF7 = b"+" + base64.b64encode(HIDDEN.encode("utf-16-be")).rstrip(b"=") + b"-"
ESCAPED = "".join(f"\\u{ord(each):04x}" for each in HIDDEN).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"<?xml version='1.0'" + b" " * 5_000 + b"encoding='utf-7'?><rss>" + IN_UTF7,
        b"<?xml version='1.0'?><?xml version='1.0' encoding = utf-7?><rss>" + IN_UTF7,
        b"<?xml version='1.0'?>\n<!--\n--><?xml-stylesheet encoding='UNICODE-1-1-UTF-7'?><rss>" + IN_UTF7,
        b"<?xml version='1.0' encoding='unicode_escape'?><rss>" + ESCAPED,
        b"<?xml version='1.0' encoding='raw_unicode_escape'?><rss>" + ESCAPED,
        b"<?xml version='1.0' encoding='hz'?><rss>",
        b"<?xml version='1.0' encoding='punycode'?><rss>",
        b"<?xml version='1.0' encoding='idna'?><rss>",
        b"<?xml version='1.0' encoding='undefined'?><rss>",
    ],
)
def test_no_spelling_of_a_declaration_leads_to_an_encoding_that_hides_tags(body: bytes) -> None:
    with pytest.raises(TooMuch, match="hidden"):
        readable(body)


@pytest.mark.parametrize("name", ["csUTF7", "OSF10020025", "iso-10646/utf7", "hex", "x" * 500, "a\x00b"])
def test_what_only_a_parser_would_know_is_read_as_utf_8(name: str) -> None:
    body = b"<?xml version='1.0' encoding='" + name.encode() + b"'?><rss>" + IN_UTF7 + b"</rss>"
    assert readable(body) == b"<rss>" + IN_UTF7 + b"</rss>"


@pytest.mark.parametrize("name", ["iso2022_jp", "shift_jis", "gb18030", "big5", "koi8-r", "latin-1"])
def test_what_is_counted_is_what_is_parsed(name: str) -> None:
    body = f"<?xml version='1.0' encoding='{name}'?><rss><!-- -->".encode()
    jumped = b"\x1b$B<!--\x1b(B" + b"<b>" * 300 + b"</rss>"
    if name == "iso2022_jp":
        with pytest.raises(TooMuch):
            check(readable(body + jumped))
    assert b"encoding" not in readable(body + jumped)


@pytest.mark.parametrize(
    "charset", ["undefined", "idna", "punycode", "unicode_escape", "utf-7", "utf-16", "hex", "bogus", "cp037"]
)
def test_a_server_that_lies_of_its_encoding_is_not_believed(charset: str) -> None:
    body = b"<rss>a \\ud800 +2AA- b</rss>"
    assert readable(body, f"text/xml; charset={charset}") == body


def test_what_is_left_open_within_entries_is_not_depth() -> None:
    check(b"<rss><channel>" + b"<item><title>t</item>" * 2_000)
