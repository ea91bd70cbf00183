"""Lists of feeds from files, good and bad."""

from contextlib import suppress
from pathlib import Path

import pytest

from producers.catalogue import CatalogueError, inspect_catalogue, read_catalogue
from producers.logins import Login
from schemas.identity import feed_id
from schemas.limits import TITLE_CHARACTERS
from schemas.records import Reliability
from schemas.strings import sanitised

OPML_FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "catalogues" / "opml"


def lines(source: bytes) -> list[tuple[int, str]]:
    return [(each.line, each.reason) for each in inspect_catalogue(source).skipped]


def test_opml() -> None:
    (feed,) = read_catalogue(
        b"""<?xml version="1.0"?><opml version="2.0"><body><outline text="World">
        <outline type="rss" text="Gazette" xmlUrl="https://feeds.gazette.co.uk/all?a=1&amp;b=2"
                 htmlUrl="https://www.gazette.co.uk/" language="en-gb" country="GB" desk="world"
                 family="Gazette Group" reliability="b"/>
        </outline></body></opml>"""
    )
    assert feed.url == "https://feeds.gazette.co.uk/all?a=1&b=2"
    assert feed.feed_id == feed_id(feed.url)
    assert (feed.title, feed.publisher, feed.family) == ("Gazette", "gazette.co.uk", "Gazette Group")
    assert (feed.language, feed.country, feed.desk) == ("en", "gb", "world")
    assert (feed.reliability, feed.active) == (Reliability.B, True)


def test_opml_that_is_no_xml_still_gives_every_feed() -> None:
    reading = inspect_catalogue(
        b"""<opml><body>
        <outline text="A & B" xmlUrl="https://a.example/?x=1&copy=2" type="rss"/>
        <outline text="The "quoted" name" title="The "quoted" name" xmlUrl="https://b.example/f" type="rss" />
        <outline text="C" description="<p>Tags & <b>more</b>.</p>" xmlUrl='https://c.example/f' type="rss"/>
        <!-- <outline xmlUrl="https://gone.example/"/> -->
        <outline text="D" xmlUrl="https://d.example/f" type="rss">
        </body>"""
    )
    assert [feed.url for feed in reading.feeds] == [
        "https://a.example/?x=1&copy=2",
        "https://b.example/f",
        "https://c.example/f",
        "https://d.example/f",
    ]
    assert [feed.title for feed in reading.feeds][:2] == ["A & B", 'The "quoted" name']
    assert reading.skipped == ()


def test_what_is_skipped_is_named_with_its_line() -> None:
    assert lines(
        b"""<opml><body>
<outline text="a" xmlUrl="https://a.example/f"/>
<outline text="again" xmlUrl="https://a.example/f"/>
<outline text="no url" type="rss"/>
<outline text="bad" xmlUrl="ftp://b.example/f"/>
<outline text="grade" xmlUrl="https://c.example/f" reliability="Z"/>
<outline text="just a folder"/>
</body></opml>"""
    ) == [
        (3, "https://a.example/f is listed before"),
        (4, "an outline of a feed without a readable xmlUrl"),
        (5, "'ftp://b.example/f' is not an http or https URL with a host"),
        (6, "reliability 'Z' is none of A, B, C, D, E, F"),
    ]


def test_csv() -> None:
    reading = inspect_catalogue(
        b"\xef\xbb\xbfurl;title;publisher;active\r\nhttps://a.example/f;A;other.example;no\r\n\r\n"
        b'https://b.example/f;"B; the second";;\r\nnot a url;C;;\r\nhttps://d.example/f;D;;;;\r\n'
    )
    first, second = reading.feeds
    assert (first.title, first.publisher, first.active) == ("A", "other.example", False)
    assert (second.title, second.publisher, second.active) == ("B; the second", "b.example", True)
    assert [each.line for each in reading.skipped] == [5, 6]


def test_a_plain_list_of_urls() -> None:
    assert [feed.url for feed in read_catalogue(b"https://a.example/f\nhttps://b.example/f\n")] == [
        "https://a.example/f",
        "https://b.example/f",
    ]


@pytest.mark.parametrize(
    "source",
    [
        b'["https://a.example/f", {"url": "https://b.example/f", "language": "fr"}]',
        b'{"feeds": ["https://a.example/f", {"xmlUrl": "https://b.example/f", "language": "fr"}]}',
        b'{"Sea": {"feeds": ["https://a.example/f"]}, "Land": {"source_language": "fr", "feeds": '
        b'["https://b.example/f"]}}',
    ],
)
def test_json(source: bytes) -> None:
    first, second = read_catalogue(source)
    assert (first.url, first.language) == ("https://a.example/f", "")
    assert (second.url, second.language) == ("https://b.example/f", "fr")


def test_json_names_the_line_of_a_bad_feed() -> None:
    skipped = lines(b'[\n"https://a.example/f",\n"mailto:b",\n7\n]')
    assert (3, "'mailto:b' is not an http or https URL with a host") in skipped
    assert [reason for _, reason in skipped if reason.startswith("7 is neither")] != []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"", "the file is empty"),
        (b" \n\n", "the file is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "no text but binary data, so no OPML"),
        (b"\x1f\x8b\x08\x01\xfe\xd3\x9a\x1bZ\xc4", "no text but binary data, so no OPML"),
        (b"<opml><body>\n", "line 1: the file ends here without </opml>"),
        (b"<opml/>", "line 1: no outline of a feed"),
        (b"<opml><body>\n<outline xmlUrl='ftp://a/'/></body></opml>", "line 2: 'ftp://a/' is not an http"),
        (b"{", "line 1: not JSON"),
        (b"name,address\nx,y\n", "line 1: no column named url among name, address"),
    ],
)
def test_a_list_without_feeds_is_an_error_that_says_why(source: bytes, message: str) -> None:
    with pytest.raises(CatalogueError, match=message):
        read_catalogue(source)


def test_a_list_that_breaks_off_says_where_and_keeps_what_came_before() -> None:
    whole = (
        b'<opml version="2.0">\n<body>\n<outline xmlUrl="https://a.example/f"/>\n'
        b'<outline xmlUrl="https://b.example/f"/>\n</body></opml>'
    )
    assert not inspect_catalogue(whole).cut_off
    reading = inspect_catalogue(whole[: whole.index(b"b.example")])
    assert reading.cut_off
    assert [feed.url for feed in reading.feeds] == ["https://a.example/f"]
    assert [(each.line, each.reason) for each in reading.skipped if each.cut_off] == [
        (4, "the file ends here without </opml>: its end is missing")
    ]


def test_a_file_called_opml_is_held_to_it(tmp_path: Path) -> None:
    file = tmp_path / "list.opml"
    file.write_bytes(b"url,title\x1b[2J\n" + b"https://a.example/f,A\n" * 9)
    with pytest.raises(CatalogueError, match=r"no OPML: it begins with 'url,title\\x1b\[2J"):
        inspect_catalogue(file)


def test_utf_16_is_read_as_such() -> None:
    text = '<opml><body><outline text="Ä" xmlUrl="https://a.example/f"/></body></opml>'
    assert [feed.title for feed in read_catalogue(text.encode("utf-16"))] == ["Ä"]


def test_a_list_in_another_encoding_is_no_binary_data() -> None:
    text = '<opml><body><outline text="Новости дня" xmlUrl="https://a.example/f"/></body></opml>'
    assert [feed.url for feed in read_catalogue(text.encode("cp1251"))] == ["https://a.example/f"]


def test_a_stray_control_character_costs_nothing() -> None:
    text = b'<opml><body><outline text="A\x02" xmlUrl="https://a.example/f"/></body></opml>'
    assert [feed.url for feed in read_catalogue(text)] == ["https://a.example/f"]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="cannot be read: No such file"):
        read_catalogue(tmp_path / "nowhere.opml")


@pytest.mark.skipif(not OPML_FOLDER.is_dir(), reason="the shared data folder is not here")
def test_lists_found_in_the_wild_give_every_feed_they_name() -> None:
    for path in sorted(OPML_FOLDER.glob("*.opml")):
        reading = inspect_catalogue(path)
        named = path.read_text().count("xmlUrl=")
        assert len(reading.feeds) == named, path.name
        assert reading.skipped == (), path.name


def test_a_user_and_a_password_are_parted_from_the_address() -> None:
    reading = inspect_catalogue(
        b"url,site_url,title\nhttps://desk:s3cret@a.example/f,https://desk:s3cret@a.example/,A\n"
        b"https://desk:s3cret@a.example/f,,again\nftp://desk:s3cret@b.example/f,,B\n"
    )
    (feed,) = reading.feeds
    assert (feed.url, feed.site_url, feed.publisher) == (
        "https://a.example/f",
        "https://a.example/",
        "a.example",
    )
    assert feed.feed_id == feed_id("https://a.example/f")
    assert reading.logins == {feed.feed_id: Login("https://a.example:443", "desk", "s3cret")}
    assert reading.retired == (feed_id("https://desk:s3cret@a.example/f"),)
    assert "s3cret" not in f"{reading.feeds} {reading.skipped} {reading.logins}"
    assert [each.line for each in reading.skipped] == [3, 4]


@pytest.mark.parametrize(
    "source",
    [
        b'[{"url": "https://a.example/f", "title": "\\ud800\\u001b[2J\\n", "publisher": "\\udcff"}]',
        b'{"x": [["https://a.example/f"], {"url": "https://b.example/f", "family": "\\ud800"}]}',
        '<opml><outline xmlUrl="https://a.example/f" title="a&#xD800;&#27;[2J\u202eb"/></opml>'.encode(),
        b"url,title\nhttps://a.example/f,\xff\xed\xa0\x80\x1b[2J",
        b'[{"url": "https://a.example/f", "title": "' + b"x" * 50_000 + b'", "rights": 1e999}]',
    ],
)
def test_what_a_list_says_is_strings_that_records_hold(source: bytes) -> None:
    reading = inspect_catalogue(source)
    for feed in reading.feeds:
        for said in (feed.title, feed.publisher, feed.family, feed.url):
            assert sanitised(said, TITLE_CHARACTERS) == said
            said.encode()
    for skipped in reading.skipped:
        skipped.reason.encode()
    assert reading.feeds or reading.skipped


@pytest.mark.parametrize(
    "source",
    [
        b"[" * 100_000,
        b'{"a":' * 990 + b"[]" + b"}" * 990,
        b"[" + b"1" * 5_000 + b"]",
        b"[NaN, Infinity, null, 1]",
    ],
)
def test_json_without_end_is_refused_or_skipped(source: bytes) -> None:
    with suppress(CatalogueError):
        assert inspect_catalogue(source).feeds == ()


def test_urls_and_hosts_that_are_too_long_are_skipped() -> None:
    long = "https://a.example/" + "x" * 3_000
    host = "https://" + "\U0001d160" * 1_900 + "/f"
    reading = inspect_catalogue(f"url,site_url\n{long},\n{host},\nhttps://b.example/f,{host * 3}\n".encode())
    assert [feed.url for feed in reading.feeds] == ["https://b.example/f"]
    assert [each.line for each in reading.skipped] == [2, 3]
