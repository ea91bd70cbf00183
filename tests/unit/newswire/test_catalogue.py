"""What is imported: the committed files are those that the code writes, and match the records."""

from __future__ import annotations

import json
from dataclasses import fields
from xml.etree import ElementTree

from newswire.catalogue import as_json, as_opml, catalogue
from newswire.outlets import SAMPLE, load_outlets
from schemas.records import FeedSpec, Reliability

ENTRIES = catalogue(load_outlets().feeds, "http://127.0.0.1:18090")


def test_objects_have_the_fields_of_a_feed_spec_but_those_a_list_does_not_give() -> None:
    names = {field.name for field in fields(FeedSpec)} - {"feed_id", "reread", "domains"}
    assert all(set(entry) == names for entry in ENTRIES)
    assert {entry["reliability"] for entry in ENTRIES} <= set(Reliability)


def test_the_committed_files_are_current() -> None:
    assert (SAMPLE / "catalogue.json").read_text(encoding="utf-8") == as_json(ENTRIES)
    assert (SAMPLE / "catalogue.opml").read_text(encoding="utf-8") == as_opml(
        ENTRIES, "Tidewire sample newswire"
    )


def test_the_opml_says_all_that_the_catalogue_says() -> None:
    outlines = ElementTree.fromstring(as_opml(ENTRIES, "A & B")).findall(".//outline")
    assert len(outlines) == len(ENTRIES)
    for outline, entry in zip(outlines, ENTRIES, strict=True):
        assert outline.get("xmlUrl") == entry["url"]
        assert outline.get("htmlUrl") == entry["site_url"]
        assert outline.get("title") == entry["title"]
        for name in ("publisher", "family", "country", "language", "desk", "reliability", "rights"):
            assert outline.get(name) == entry[name]


def test_json_is_json() -> None:
    assert json.loads(as_json(ENTRIES)) == ENTRIES
