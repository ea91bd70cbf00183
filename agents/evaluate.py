"""From a draft to a brief: the checks, the status, and everything that is computed rather than written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from agents.change import change, withdrawals
from agents.checks import PASSED, Gated
from agents.checks.prose import objection
from agents.checks.setting import source_key
from agents.floor import contradictions, doubts, line, standing
from agents.quality import gaps, grades
from agents.sources import cited
from agents.work import Draft, Work
from desks import Desk
from schemas.identity import brief_id, hash_of
from schemas.limits import BRIEF_STATEMENTS, REASON_CHARACTERS
from schemas.records import (
    Brief,
    BriefStatus,
    Contradiction,
    Provenance,
    Quality,
    Source,
    Statement,
    Story,
    StoryArticle,
    Translation,
)
from schemas.strings import sanitised

# Sentences of sources that were set aside are listed up to here; a text full of links has hundreds.
LISTED = 20
WITHHELD = "Withheld: no source of this story has a sentence that may be quoted."
SOURCELESS = "Withheld: all sources of this story were taken down."


def recipe(desk: Desk, writer: str) -> str:
    """Hash of all that turns an assignment into this very brief, apart from the assignment."""
    return hash_of({"desk": desk.file_hash, "writer": writer})


def evaluate(work: Work, draft: Draft, writer: str, generated_at: int) -> Brief:
    """The brief of a work. Its content hash is a function of the arguments, ``generated_at`` left out.

    WITHHELD when no statement stands; DEGRADED when the writer did less than it was asked for or a
    drafted statement was dropped; otherwise PUBLISHED.
    """
    # What a server said of why it failed is a stranger's word, too.
    draft = replace(draft, degraded=sanitised(draft.degraded, REASON_CHARACTERS))
    draft, gated = standing(work, draft)
    made_by = recipe(work.desk, writer)
    story, statements = work.story, gated.statements[:BRIEF_STATEMENTS]
    opposed = contradictions(work, draft, gated)
    headline, bottom_line = _heading(work, draft, gated)
    return Brief(
        brief_id=brief_id(story.story_id, story.revision, work.desk.name, made_by),
        story_id=story.story_id,
        story_revision=story.revision,
        desk=work.desk.name,
        supersedes=tuple(brief.brief_id for brief in work.predecessors),
        generated_at=generated_at,
        information_cutoff=work.assignment.assigned_at,
        status=_status(draft, gated),
        writer=draft.writer,
        headline=headline,
        bottom_line=bottom_line,
        statements=statements,
        indicators=work.indicators,
        contradictions=opposed,
        alternatives=tuple(filter(None, (line(text, work) for text in draft.alternatives))),
        translations=_translations(draft, statements, opposed),
        gaps=(*gaps(story, statements, work.sources, draft.degraded), *doubts(gated)),
        change=change(
            statements,
            work.sources,
            work.predecessors,
            story.story_id,
            withdrawals(work.assignment, work.predecessors),
        ),
        quality=_quality(work, draft, gated, opposed),
        provenance=_provenance(story, draft, made_by),
    )


def _translations(
    draft: Draft, statements: Iterable[Statement], opposed: Iterable[Contradiction]
) -> tuple[Translation, ...]:
    """Of what is cited."""
    quoted = cited((*statements, *opposed))
    return tuple(each for each in draft.translations if source_key(each) in quoted)


def _status(draft: Draft, gated: Gated) -> BriefStatus:
    if not gated.statements:
        return BriefStatus.WITHHELD
    return BriefStatus.DEGRADED if draft.degraded or gated.dropped else BriefStatus.PUBLISHED


def _heading(work: Work, draft: Draft, gated: Gated) -> tuple[str, str]:
    """Headline and bottom line; what may not stand is replaced by the first statement that does."""
    first = gated.statements[0].text if gated.statements else ""
    headline = line(draft.headline, work)
    if not first:
        return headline or "Withheld", WITHHELD if work.story.articles else SOURCELESS
    bottom_line = line(draft.bottom_line, work)
    return headline or first, bottom_line or first


def _quality(work: Work, draft: Draft, gated: Gated, opposed: tuple[Contradiction, ...]) -> Quality:
    dropped = (*gated.dropped, *draft.refused)
    return Quality(
        independent_families=len(work.sources.families),
        checks_passed=PASSED if gated.statements else (),
        dropped=dropped[:LISTED],
        grades=grades(gated.statements, opposed, work.sources),
    )


def _provenance(story: Story, draft: Draft, made_by: str) -> Provenance:
    return Provenance(
        sources=tuple(_source(article) for article in _in_log_order(story)),
        recipe=made_by,
        request_hashes=draft.request_hashes,
        input_tokens=draft.input_tokens,
        output_tokens=draft.output_tokens,
        cost_usd=draft.cost_usd,
    )


def _in_log_order(story: Story) -> list[StoryArticle]:
    return sorted(story.articles, key=lambda a: (a.logged_at, a.article_id, a.version, a.content_hash))


def _source(article: StoryArticle) -> Source:
    """A title that may not stand in prose may not stand here either."""
    return Source(
        article_id=article.article_id,
        version=article.version,
        content_hash=article.content_hash,
        title=article.title if objection(article.title) is None else "",
        url=article.url,
        publisher=article.publisher,
        family=article.family,
        reliability=article.reliability,
        published_at=article.published_at,
        raw_partition=article.raw_partition,
        raw_offset=article.raw_offset,
        standing=article.standing,
    )
