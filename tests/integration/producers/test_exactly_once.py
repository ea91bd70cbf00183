"""Workers that die, freeze and leave at their worst moments: each served entry is in raw once."""

import os
import signal
from typing import Any

import psutil
import pytest

from producers.watchdog import EXIT_STATUS

pytestmark = pytest.mark.integration
FEEDS = 12
MOMENTS = ("produced", "flushed", "fenced", "committed")


def run_into_fault(newsroom: Any, moment: str, signal_name: str, at_first: bool = False) -> Any:
    """Feeds of several partitions, and a worker that fails with entries of theirs in its hands: those of
    its first poll, or new and changed ones."""
    server = newsroom.server
    for n in range(FEEDS):
        server.add(f"outlet{n}", entries=3)
    if at_first:
        newsroom.workers.arm()
    newsroom.publish(*(server.spec(f"outlet{n}") for n in range(FEEDS)))
    worker = newsroom.workers.start(0, fault=f"{moment}:{signal_name}")
    if not at_first:
        newsroom.settled()
        newsroom.workers.arm()
        grow(newsroom)
    return worker


def grow(newsroom: Any) -> None:
    """One more entry, and one changed one, in every feed."""
    for feed in newsroom.server.feeds.values():
        n = len(feed.titles)
        feed.titles[f"{feed.name}-{n}"] = f"{feed.name} entry {n}"
        feed.titles[f"{feed.name}-0"] = f"{feed.name} entry 0, edition {n}"


def check_ledger(newsroom: Any) -> None:
    newsroom.settled()
    counts = newsroom.log.counts()
    assert {each: count for each, count in counts.items() if count != 1} == {}
    assert set(counts) <= newsroom.server.served
    versions = {(a.article_id, a.version) for a in newsroom.log.entries()}
    assert len(versions) == len(newsroom.log.entries())


@pytest.mark.parametrize(("moment", "at_first"), [*((moment, False) for moment in MOMENTS), ("fenced", True)])
def test_kill_and_another_worker_takes_over(newsroom: Any, moment: str, at_first: bool) -> None:
    killed = run_into_fault(newsroom, moment, "SIGKILL", at_first)
    assert killed.wait(60) == -signal.SIGKILL
    newsroom.workers.start(1)
    newsroom.settled()
    grow(newsroom)
    check_ledger(newsroom)


@pytest.mark.parametrize("moment", ["flushed", "fenced"])
def test_kill_and_the_same_slot_starts_again(newsroom: Any, moment: str) -> None:
    killed = run_into_fault(newsroom, moment, "SIGKILL")
    assert killed.wait(60) == -signal.SIGKILL
    newsroom.workers.start(0)
    newsroom.settled()
    grow(newsroom)
    check_ledger(newsroom)


@pytest.mark.parametrize("moment", ["flushed", "fenced"])
def test_a_worker_frozen_beyond_its_session_commits_nothing_when_it_wakes(newsroom: Any, moment: str) -> None:
    frozen = run_into_fault(newsroom, moment, "SIGSTOP")
    newsroom.workers.start(1)
    newsroom.until(lambda: is_stopped(frozen.pid), "the worker to freeze")
    newsroom.settled()
    grow(newsroom)
    newsroom.settled()
    os.kill(frozen.pid, signal.SIGCONT)
    # Frozen longer than a call may take, it ends itself instead; its supervisor would start it anew.
    newsroom.until(
        lambda: '"lost"' in newsroom.workers.log(0) or frozen.poll() is not None, "the zombie to notice"
    )
    ended = frozen.poll() is not None
    if ended:
        assert frozen.returncode == EXIT_STATUS
        newsroom.workers.start(0)
    grow(newsroom)
    check_ledger(newsroom)
    assert ended or frozen.poll() is None


def test_workers_that_come_and_go_while_entries_flow(newsroom: Any) -> None:
    server = newsroom.server
    for n in range(FEEDS):
        server.add(f"outlet{n}", entries=2)
    newsroom.publish(*(server.spec(f"outlet{n}") for n in range(FEEDS)))
    workers = {slot: newsroom.workers.start(slot) for slot in range(3)}
    newsroom.settled()
    for round_, (slot, number) in enumerate([(0, signal.SIGKILL), (1, signal.SIGTERM), (2, signal.SIGKILL)]):
        grow(newsroom)
        workers[slot].send_signal(number)
        status = workers[slot].wait(30)
        assert status == (0 if number == signal.SIGTERM else -number), f"round {round_}"
        grow(newsroom)
        workers[slot] = newsroom.workers.start(slot)
        newsroom.settled()
    check_ledger(newsroom)


def test_sigterm_commits_leaves_the_group_and_exits_with_0(newsroom: Any) -> None:
    server = newsroom.server
    server.add("herald", entries=4)
    newsroom.publish(server.spec("herald"))
    first = newsroom.workers.start(0)
    newsroom.settled()
    first.send_signal(signal.SIGTERM)
    assert first.wait(20) == 0
    server.feeds["herald"].titles["herald-4"] = "herald entry 4"
    newsroom.workers.start(1)
    check_ledger(newsroom)


def test_a_slot_is_held_by_one_worker(newsroom: Any) -> None:
    newsroom.workers.start(0)
    newsroom.until(lambda: '"assigned"' in newsroom.workers.log(0), "the first worker to be at work")
    second = newsroom.workers.start(0)
    assert second.wait(30) == os.EX_TEMPFAIL
    assert "slot 0 is held by other workers" in newsroom.workers.log(0)


def is_stopped(pid: int) -> bool:
    return psutil.Process(pid).status() == psutil.STATUS_STOPPED
