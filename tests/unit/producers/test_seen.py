"""A feed's memory: what is new, what is remembered, and when it is written."""

from dataclasses import replace

from producers.seen import (
    MAX_REMEMBERED,
    REFRESH_MS,
    Memory,
    dead_document_key,
    dead_entry_key,
    entry_key,
)
from schemas.records import FeedSeen, SeenEntry

NOW = 1_800_000_000_000
RETENTION = 30 * 86_400_000


def memory(seen: FeedSeen | None = None, now_ms: int = NOW, version: int = 1) -> Memory:
    return Memory.of("feed", seen, version, now_ms, RETENTION)


def line(name: str, shown: int = NOW, content: bytes = b"c" * 8, article: bytes = b"a" * 16) -> SeenEntry:
    return SeenEntry(
        guid_hash=entry_key(name), article_id=article, content_hash=content, version=1, last_shown=shown
    )


def kept(*lines: SeenEntry, version: int = 1) -> FeedSeen:
    return FeedSeen(feed_id="feed", cleaning_version=version, entries=lines)


def test_keys_of_different_kinds_never_meet() -> None:
    assert len({entry_key("x"), dead_document_key("x"), dead_entry_key("x")}) == 3
    assert {len(entry_key(text)) for text in ("", "x", "x" * 9_999)} == {8}


def test_nothing_new_writes_nothing() -> None:
    held = memory(kept(line("a")))
    held.show(entry_key("a"))
    assert held.record() is None
    assert memory().record() is None


def test_a_new_entry_is_written_with_those_still_shown() -> None:
    held = memory(kept(line("a", NOW - 1_000)))
    held.show(entry_key("a"))
    held.keep(line("b", article=b"b" * 16))
    record = held.record()
    assert record is not None
    assert {(each.guid_hash, each.last_shown) for each in record.entries} == {
        (entry_key("a"), NOW),
        (entry_key("b"), NOW),
    }


def test_what_left_is_remembered_for_the_retention_and_then_forgotten() -> None:
    held = memory(kept(line("recent", NOW - RETENTION), line("old", NOW - RETENTION - 1)))
    held.keep(line("new"))
    record = held.record()
    assert record is not None
    assert {each.guid_hash for each in record.entries} == {entry_key("recent"), entry_key("new")}


def test_being_shown_is_written_down_once_a_day() -> None:
    for age, written in ((REFRESH_MS - 1, False), (REFRESH_MS, True)):
        held = memory(kept(line("a", NOW - age)))
        held.show(entry_key("a"))
        assert (held.record() is not None) is written


def test_an_unchanged_document_keeps_alive_what_it_showed_last() -> None:
    held = memory(kept(line("in", NOW - REFRESH_MS), line("out", NOW - 2 * REFRESH_MS)))
    held.show_last_document()
    record = held.record()
    assert record is not None
    shown = {each.guid_hash: each.last_shown for each in record.entries}
    assert shown == {entry_key("in"): NOW, entry_key("out"): NOW - 2 * REFRESH_MS}


def test_the_unreadable_is_buried_once() -> None:
    held = memory()
    assert held.bury(dead_document_key("x"))
    assert not held.bury(dead_document_key("x"))
    record = held.record()
    assert record is not None
    assert not memory(record).bury(dead_document_key("x"))


def test_other_cleaning_rules_make_the_old_hashes_unknown() -> None:
    held = memory(kept(line("a"), version=1), version=2)
    found = held.get(entry_key("a"))
    assert found is not None
    assert (found.content_hash, found.version) == (b"", 1)
    held.adopt(entry_key("a"), b"n" * 8)
    record = held.record()
    assert record is not None
    assert record.cleaning_version == 2
    assert record.entries == (replace(line("a"), content_hash=b"n" * 8),)


def test_another_entry_with_an_article_s_id_is_found() -> None:
    held = memory(kept(line("a", article=b"x" * 16)))
    assert held.has_other(entry_key("b"), b"x" * 16)
    assert not held.has_other(entry_key("a"), b"x" * 16)
    assert not held.has_other(entry_key("b"), b"y" * 16)


def test_a_feed_s_memory_is_bounded_and_the_oldest_go_first() -> None:
    lines = [line(str(n), NOW - n) for n in range(MAX_REMEMBERED + 5)]
    held = memory(kept(*lines))
    held.keep(line("new"))
    record = held.record()
    assert record is not None
    assert len(record.entries) == MAX_REMEMBERED
    assert entry_key(str(MAX_REMEMBERED + 4)) not in {each.guid_hash for each in record.entries}
