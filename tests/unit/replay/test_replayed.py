"""What a replay's record says about the range that a comparison has to know."""

from flink_jobs.deduplicated import Bounds, Start
from flink_jobs.runs import Run
from replay.compare.comparison import Range
from replay.compare.reading import ends_at, range_of
from replay.run.log import Replay
from topics.lane import Lane

LANE = Lane("again")


def replay(*runs: Run) -> Replay:
    return Replay(lane=LANE, created_at=1, asked={}, changes=(), runs=runs)


def run(job: str = "stories", **more: object) -> Run:
    return Run.model_validate({"job": job, "lane": LANE, "bootstrap": "b", "registry_url": "r", **more})


def test_a_replay_of_the_whole_log_has_no_warm_up() -> None:
    assert range_of(replay(run("articles"), run())) == Range()
    assert ends_at(replay(run())) is None


def test_a_replay_from_the_middle_says_what_it_read() -> None:
    start = Start(offsets={0: 7, 1: 9}, begins_at=500, whole_from=300)
    made = replay(run("articles", start=start), run(start=start, bounds=Bounds(900, {0: 20, 1: 30})))
    assert range_of(made) == Range(start_ms=500, read_from_ms=300, offsets={0: 7, 1: 9})


def test_a_replay_of_enriched_articles_has_no_raw_offsets_and_no_windows() -> None:
    start = Start(offsets={0: 7}, begins_at=0, whole_from=300)
    made = replay(run(start=start, source="articles.enriched", bounds=Bounds(900, {0: 20})))
    assert range_of(made) == Range(start_ms=300, read_from_ms=300, windows=False)
    assert ends_at(made) == 900
