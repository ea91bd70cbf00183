"""The embedded store against other processes, and against being killed."""

import signal
import subprocess
import sys
import textwrap
import uuid
from pathlib import Path

import pytest

from sinks.edge import EdgeStore
from sinks.store import Point, Shape, StoreBusy, Terms

SHAPE = Shape(dimension=8, keywords=("kind",), integers=("n",))
NAME = "live-documents"
BATCH = 20
# Upserts batch after batch, and says which one is acknowledged.
WRITER = """
    import sys, uuid
    from pathlib import Path
    from sinks.edge import EdgeStore
    from sinks.store import Point, Shape, Terms
    store = EdgeStore(Path(sys.argv[1]))
    store.ensure("live-documents", Shape(dimension=8, keywords=("kind",), integers=("n",)))
    start = int(sys.argv[2])
    for batch in range(start, start + 1_000_000):
        store.upsert("live-documents", [
            Point(id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{batch}/{i}")),
                  payload={"kind": "brief", "n": batch, "text": "x" * 500},
                  terms=Terms((batch, i), (1.0, 1.0)),
                  dense=tuple(float(batch % 5 + axis) for axis in range(8)))
            for i in range(20)
        ])
        print(batch, flush=True)
"""


def writer(folder: Path, start: int) -> subprocess.Popen[str]:
    code = textwrap.dedent(WRITER)
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder), str(start)], stdout=subprocess.PIPE, text=True
    )


def killed_after(folder: Path, start: int, batches: int) -> int:
    """Kills a writer in the middle of its work; the last batch it acknowledged."""
    process = writer(folder, start)
    assert process.stdout is not None
    with process:
        lines = [process.stdout.readline() for _ in range(batches)]
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    return int([each for each in lines if each.endswith("\n")][-1])


def test_kill_9_while_upserting_loses_nothing_acknowledged_and_leaves_no_half_batch(tmp_path: Path) -> None:
    start = 0
    for round_ in range(4):
        last = killed_after(tmp_path, start, batches=5 + 7 * round_)
        store = EdgeStore(tmp_path)
        there = store.distinct(NAME, "kind")["brief"]
        whole = dict.fromkeys(range(last + 1), 0)
        for point in store.scroll(NAME, only=("n",)):
            whole[point.payload["n"]] = whole.get(point.payload["n"], 0) + 1
        assert set(whole.values()) == {BATCH}
        assert there == BATCH * len(whole)
        store.close()
        start = len(whole)


def test_a_second_process_is_told_who_has_the_store_and_what_to_do(tmp_path: Path) -> None:
    process = writer(tmp_path, 0)
    assert process.stdout is not None
    with process:
        process.stdout.readline()
        with pytest.raises(StoreBusy, match=rf"pid {process.pid}.*HTTP API") as refused:
            EdgeStore(tmp_path)
        process.kill()
    assert str(tmp_path) in str(refused.value)
    EdgeStore(tmp_path).close()


def test_a_second_store_in_the_same_process_is_refused_too(tmp_path: Path) -> None:
    store = EdgeStore(tmp_path)
    with pytest.raises(StoreBusy):
        EdgeStore(tmp_path)
    store.close()
    store.close()


def test_a_build_that_was_cut_short_leaves_the_name_where_it_was(tmp_path: Path) -> None:
    store = EdgeStore(tmp_path)
    collection = store.ensure(NAME, SHAPE)
    point = Point(id=str(uuid.uuid5(uuid.NAMESPACE_OID, "x")), payload={"n": 1}, terms=Terms((1,), (1.0,)))
    store.upsert(NAME, [point])
    store.create(NAME, SHAPE)
    store.close()
    again = EdgeStore(tmp_path)
    assert again.ensure(NAME, SHAPE) == collection
    assert again.count(NAME) == 1
    again.close()
