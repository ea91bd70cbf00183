"""From a citation to its place in the log."""

from reader.provenance import Coordinates, numbered
from schemas.records import Brief, Citation, Contradiction, Provenance, Source, Statement


def cite(article: str, quote: str) -> Citation:
    return Citation(article_id=article, version=1, content_hash="c", quote=quote, start=0, end=len(quote))


def test_coordinates_read_as_topic_partition_at_offset() -> None:
    assert str(Coordinates(3, 1207)) == "articles.raw-3@1207"


def test_citations_are_numbered_in_reading_order_and_the_same_one_once() -> None:
    one, two, three = cite("a", "one"), cite("b", "two"), cite("a", "three")
    brief = Brief(
        brief_id="b",
        story_id="s",
        generated_at=0,
        information_cutoff=0,
        statements=(Statement(text="x", citations=(one, two)), Statement(text="y", citations=(two, three))),
        contradictions=(Contradiction(text="z", citations=(three, cite("c", "four"))),),
    )
    assert [each.number for each in numbered(brief).values()] == [1, 2, 3, 4]
    assert [each.citation.quote for each in numbered(brief).values()] == ["one", "two", "three", "four"]


def test_a_citation_is_placed_by_the_exact_wording() -> None:
    source = Source(article_id="a", version=1, content_hash="c", raw_partition=2, raw_offset=9)
    older = Source(article_id="a", version=0, content_hash="old", raw_partition=5, raw_offset=5)
    brief = Brief(
        brief_id="b",
        story_id="s",
        generated_at=0,
        information_cutoff=0,
        statements=(Statement(text="x", citations=(cite("a", "one"), cite("gone", "two"))),),
        provenance=Provenance(sources=(older, source)),
    )
    first, second = numbered(brief).values()
    assert str(first.place) == "articles.raw-2@9"
    assert (second.source, second.place) == (None, None)
