"""A small view for tests: one story told by three outlets, revised; one hostile; briefs on both."""

from collections.abc import Sequence

import numpy as np

from language.embeddings import Vector
from schemas.records import (
    Brief,
    BriefStatus,
    Citation,
    Decision,
    DecisionKind,
    EnrichedArticle,
    Provenance,
    Record,
    Source,
    Statement,
    Story,
    StoryArticle,
    StoryChange,
)
from sinks.terms import term_hash, words

DAY = 86_400_000
T0 = 1_764_028_800_000  # 2025-11-25T00:00:00Z
HOSTILE = '<script>alert("x")</script> & <img src=x onerror=alert(1)>'


class Words:
    """Texts with words in common have vectors in common."""

    name = "words"
    dimension = 64

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        return [self._encode(text) for text in texts]

    def _encode(self, text: str) -> Vector:
        vector = np.full(self.dimension, 0.01, dtype=np.float32)
        for word in words(text):
            vector[term_hash(word) % self.dimension] += 1
        return (vector / np.linalg.norm(vector)).astype(np.float16).astype(np.float32)


def article(ident: str, title: str, at: int, **fields: object) -> EnrichedArticle:
    given = {
        "article_id": ident,
        "version": 1,
        "content_hash": f"hash-{ident}-{at}",
        "published_at": at - 60_000,
        "observed_at": at,
        "logged_at": at,
        "title": title,
        "text": f"{title}\n" + "Cranes stood still at the quay. " * 60,
        "url": f"https://harbour.example/{ident}",
        "publisher": "harbour.example",
        "family": "harbour",
        "language": "en",
        "desk": "world",
        "story_id": "s1",
        "raw_partition": 3,
        "raw_offset": 1207,
    }
    return EnrichedArticle(**(given | fields))  # type: ignore[arg-type]


def member(of: EnrichedArticle) -> StoryArticle:
    return StoryArticle(
        article_id=of.article_id,
        version=of.version,
        content_hash=of.content_hash,
        title=of.title,
        excerpt=of.text[:300],
        url=of.url,
        publisher=of.publisher,
        family=of.family,
        language=of.language,
        published_at=of.published_at,
        logged_at=of.logged_at,
        duplicate_of=of.duplicate_of,
        raw_partition=of.raw_partition,
        raw_offset=of.raw_offset,
    )


def brief(ident: str, of: EnrichedArticle, cutoff: int, *supersedes: str, **fields: object) -> Brief:
    cited = Citation(
        article_id=of.article_id,
        version=of.version,
        content_hash=of.content_hash,
        quote="Cranes stood still",
        start=len(of.title) + 1,
        end=len(of.title) + 19,
    )
    source = Source(
        article_id=of.article_id,
        version=of.version,
        content_hash=of.content_hash,
        title=of.title,
        url=of.url,
        publisher=of.publisher,
        published_at=of.published_at,
        raw_partition=of.raw_partition,
        raw_offset=of.raw_offset,
    )
    given = {
        "brief_id": ident,
        "story_id": "s1",
        "story_revision": 1,
        "desk": "world",
        "generated_at": cutoff + 5,
        "information_cutoff": cutoff,
        "supersedes": supersedes,
        "headline": "Port strike halts Rovigo",
        "bottom_line": "Dockers stopped work at the port of Rovigo.",
        "statements": (
            Statement(text="Cranes stood still at the quay.", citations=(cited,)),
            Statement(text="Nothing moved.", citations=(cited,)),
        ),
        "provenance": Provenance(sources=(source,), recipe="r1"),
    }
    return Brief(**(given | fields))  # type: ignore[arg-type]


def sample() -> list[Record]:
    first = article("a1", "Dockers strike at the port of Rovigo", T0)
    copy = article(
        "a2",
        "Dockers strike at the port of Rovigo",
        T0 + 1_000,
        duplicate_of="a1",
        publisher="wire.example",
        url="https://wire.example/a2",
    )
    revised = article(
        "a1",
        "Dockers end strike at the port of Rovigo",
        T0 + 5_000,
        version=2,
        revision=1,
        published_at=T0 - 60_000,
    )
    german = article("a3", "Hafenstreik in Rovigo", T0 + 2_000, language="de", publisher="kai.example")
    hostile = article(
        "a4", f"{HOSTILE} volcano", T0 + DAY, url="javascript:alert(1)", story_id="s2", desk="business"
    )
    story = Story(
        story_id="s1",
        opened_at=T0,
        updated_at=T0 + 3_000,
        revision=1,
        change=StoryChange.NEW,
        desk="world",
        articles=(member(first), member(copy)),
        article_count=2,
        family_count=1,
        independent_count=1,
        names=("Rovigo",),
    )
    grown = Story(
        story_id="s1",
        opened_at=T0,
        updated_at=T0 + 6_000,
        revision=2,
        change=StoryChange.REVISED,
        desk="world",
        articles=(member(revised), member(copy), member(german)),
        article_count=3,
        family_count=2,
        independent_count=2,
        decisions=(
            Decision(
                desk="world",
                kind=DecisionKind.ASSIGN,
                materiality=0.3,
                due_at=T0 + 7_000,
                reason="1 correction",
            ),
            Decision(desk="dach", materiality=0.1, reason="0.10 is below the desk's 0.30"),
        ),
    )
    other = Story(
        story_id="s2",
        opened_at=T0 + DAY,
        updated_at=T0 + DAY,
        change=StoryChange.NEW,
        desk="business",
        articles=(member(hostile),),
        article_count=1,
    )
    closed = Story(story_id="s3", opened_at=T0, updated_at=T0 + 9_000, change=StoryChange.CLOSED)
    return [
        first,
        copy,
        german,
        revised,
        hostile,
        story,
        grown,
        other,
        closed,
        brief("b1", first, T0 + 3_000),
        brief("b2", first, T0 + 6_000, "b1", story_revision=2, change="The strike ended."),
        brief("b3", hostile, T0 + DAY, story_id="s2", desk="business", headline=f"{HOSTILE} volcano erupts"),
        brief("b4", hostile, T0 + DAY, story_id="s2", desk="world", status=BriefStatus.WITHHELD),
    ]
