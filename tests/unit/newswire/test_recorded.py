"""Any folder of feeds can be played, and is counted by the reference parser."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from newswire.ledger import Item, Ledger, Unit
from newswire.model import SampleError
from newswire.player import Player
from newswire.recorded import counted, load_recorded, recorded_catalogue, sniffed

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>
<item><guid>a</guid><title>One</title></item>
<item><guid>a</guid><title>The same guid</title></item>
<item><link>https://outlet.example/b</link><description>Text only</description></item>
<item><guid>c</guid><pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate></item>
</channel></rss>"""
ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>x</id><title>X</title></entry></feed>'
JSON = (
    b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "content_text": "A"}, {"id": "2"}]}'
)


def test_entries_with_title_or_text_are_counted_others_are_blank() -> None:
    items = counted(RSS)
    assert [item.unit for item in items] == [Unit.ENTRY] * 3 + [Unit.BLANK]
    assert [item.guid for item in items] == ["a", "a (2)", "https://outlet.example/b", "c"]


def test_json_feeds_are_counted_too() -> None:
    assert [item.unit for item in counted(JSON)] == [Unit.ENTRY, Unit.BLANK]


@pytest.mark.parametrize("data", [b"", b"<html><body>no</body></html>", b"\x00\x01\x02", b"{not json"])
def test_what_is_no_feed_is_one_document(data: bytes) -> None:
    assert [item.unit for item in counted(data)] == [Unit.DOCUMENT]


def test_an_empty_feed_holds_nothing() -> None:
    assert counted(b'<rss version="2.0"><channel><title>T</title></channel></rss>') == []


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (RSS, "application/rss+xml"),
        (ATOM, "application/atom+xml"),
        (JSON, "application/feed+json"),
        (b'<rdf:RDF xmlns="x">', "application/rdf+xml"),
        ('<?xml version="1.0"?><rss>'.encode("utf-16"), "application/rss+xml"),
        (b'<?xml version="1.0"?><other/>', "application/xml"),
        (b"<!doctype html>", "text/html"),
    ],
)
def test_types_are_sniffed(data: bytes, kind: str) -> None:
    assert sniffed(data) == kind


def test_a_folder_is_played_with_files_as_feeds_and_folders_as_sequences(tmp_path: Path) -> None:
    folder, state = tmp_path / "feeds", tmp_path / "state"
    (folder / "growing").mkdir(parents=True)
    (folder / "still.xml").write_bytes(RSS)
    (folder / ".hidden").write_bytes(RSS)
    (folder / "growing" / "1.xml").write_bytes(ATOM)
    (folder / "growing" / "2.xml").write_bytes(
        ATOM.replace(b"</feed>", b"<entry><id>y</id><title>Y</title></entry></feed>")
    )
    recorded = load_recorded(folder, state, in_process)
    player = Player(recorded, Ledger(state / "ledger.jsonl", recorded.name))
    player.open(1000)
    for name in recorded.feeds():
        reply = player.answer(name, 2000, {}, poll=True)
        assert reply.status == 200
    assert player.ledger.by_feed() == {"still.xml": 4, "growing": 1}
    assert player.release(3000).what == "2.xml"
    player.answer("growing", 4000, {}, poll=True)
    assert player.ledger.by_feed()["growing"] == 2
    assert player.finished
    assert [entry["url"] for entry in recorded_catalogue(recorded, "http://h")] == [
        "http://h/feeds/growing",
        "http://h/feeds/still.xml",
    ]
    assert load_recorded(folder, state, in_process) == recorded


def in_process(paths: Sequence[Path]) -> dict[Path, list[Item]]:
    return {path: counted(path.read_bytes()) for path in paths}


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SampleError, match="no files to play"):
        load_recorded(tmp_path, tmp_path / "state")
    with pytest.raises(SampleError, match="is no folder"):
        load_recorded(tmp_path / "nowhere", tmp_path / "state")
