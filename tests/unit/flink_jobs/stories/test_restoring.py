"""An engine restored from its puts goes on exactly as the first one would have."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flink_jobs.stories.embedded import Embedded, takedown
from flink_jobs.stories.order import position
from flink_jobs.stories.pace import Pace
from flink_jobs.stories.state import decode_story
from schemas.identity import article_id_for_url
from schemas.records import Standing, UniqueArticle
from schemas.takedown import Takedown

SUBJECTS = (
    "Dockers strike at Kelmar harbour over wages, union leader Ines Varga says",
    "Earthquake shakes villages in the Torrin valley, rescue teams report",
    "Veltara buys wind farm operator Nordhaven for 4.2 billion euros",
    "Clocks stolen from museum in Rouen found in Dieppe garage",
)
TAILS = (
    "",
    "Talks go on.",
    "About 1,200 people are affected.",
    "Mayor Olin Brask called for calm on Monday.",
)

moves = st.tuples(
    st.integers(0, len(SUBJECTS) - 1),
    st.integers(0, len(TAILS) - 1),
    st.integers(0, 11),  # which article
    st.integers(1, 4),  # its version
    st.integers(0, 40),  # seconds since the one before
    st.booleans(),  # restart after it
    st.sampled_from(["a", "b", "c"]),  # family
    st.sampled_from(["", "", "", "", "", "article", "publisher"]),  # taken down after it
    st.sampled_from(["OWN", "SIGHTING", "SIGHTING", "UNKNOWN"]),
)


def items_of(write, plan) -> list[Embedded]:
    items, at = [], 0
    for subject, tail, article, version, pause, _, family, down, standing in plan:
        at += pause
        url = f"http://page.example/{article % 2}"
        # Two pages, and what shows them.
        name = article_id_for_url(url) if standing == "OWN" else f"n{article}"
        said = {"version": version, "family": family, "url": url, "standing": Standing(standing)}
        items.append(write(name, SUBJECTS[subject], TAILS[tail], at=at, **said))
        what = {"article": {"article_id": name}, "publisher": {"publisher": f"n{article}.example"}}
        if down:
            record = Takedown(**what[down], reason="r").record(at)
            values = {name: getattr(record, name) for name in ("article_id", "publisher", "content_hash")}
            logged_at = items[-1].article.logged_at + 500
            times = dict.fromkeys(("logged_at", "published_at", "observed_at"), logged_at)
            items.append(takedown(UniqueArticle(**values, **times, text=record.text)))
    return sorted(items, key=lambda item: position(item.article))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(moves, max_size=40))
def test_restarts_and_wakings_change_no_output(write, new_engine, plan):
    values = {"window_ms": 120_000, "article_kept_ms": 200_000, "debounce_ms": 7_000, "shown_articles": 4}
    items = items_of(write, plan)
    steady, kept_by_steady, expected = new_engine(**values), {}, []
    for item in items:
        expected += steady.process(item)
        apply(steady, kept_by_steady)
    restarted, kept, outputs = new_engine(**values), {}, []
    restarts = [each[5] for each in plan for _ in range(1 + bool(each[7]))]
    for item, restart in zip(items, restarts, strict=True):
        if restart:
            outputs += restarted.advance(item.article.logged_at - 1)
        outputs += restarted.process(item)
        apply(restarted, kept)
        if restart:
            restarted = new_engine(**values)
            restarted.restore(reversed(kept.items()))
            assert restarted.puts() == []
    assert outputs == expected
    assert kept == kept_by_steady
    assert restarted.next_due() == steady.next_due()
    end = 10_000_000_000_000
    assert restarted.advance(end) == steady.advance(end)
    apply(restarted, kept)
    assert {key for key in kept if not key.startswith("takedown/")} <= {"clock"}


def test_a_story_kept_before_its_pace_was_is_read(write, new_engine):
    engine = new_engine()
    engine.process(write("a", SUBJECTS[0], at=0))
    [(key, value)] = [(key, value) for key, value in engine.puts() if key.startswith("story/")]
    text, _, blob = value.partition(b"\n")
    header = json.loads(text)
    del header["pace"]
    header["ledger"] = header["ledger"][:4]
    story, _ = decode_story(key, json.dumps(header).encode() + b"\n" + blob)
    assert story.pace == Pace(total=1)
    assert story.ledger.accelerations == 0


def apply(engine, kept) -> None:
    for key, value in engine.puts():
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = value
