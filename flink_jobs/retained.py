"""Which state a job starts from: its own newest, and never none by accident."""

from __future__ import annotations

import time
from pathlib import Path

from flink_jobs.rest import FlinkError
from flink_jobs.runs import Run
from flink_jobs.tables import TRANSACTION_TIMEOUT_MS

METADATA = "_metadata"


class StateRefused(FlinkError):
    """A job would start from a state that loses or doubles what was done since."""


def newest(run: Run) -> Path | None:
    """The newest completed checkpoint or savepoint of the run's job and lane.

    Its metadata file is the last thing written, so one that has it is complete.
    """
    found = [*run.checkpoints.glob(f"*/chk-*/{METADATA}"), *run.savepoints.glob(f"*/{METADATA}")]
    return max(found, key=lambda path: path.stat().st_mtime_ns).parent if found else None


def starting_state(run: Run, savepoint: Path | None, fresh: bool, has_outputs: bool) -> Path | None:
    """Where a job starts; None at the beginning of the log.

    Raises StateRefused for a savepoint of another lane or job, or one that is not the newest state
    (outputs since then would be doubled), and when outputs exist whose state is gone. ``fresh``
    starts at the beginning whatever is there.

    A checkpoint can hold transactions that were never committed, and the broker aborts them after
    TRANSACTION_TIMEOUT_MS: an older one must be named as ``savepoint`` to be accepted. A savepoint
    with which a job was stopped holds none.
    """
    own = newest(run)
    if fresh:
        if savepoint is not None:
            raise StateRefused(f"{run.name}: a fresh start and {savepoint} exclude each other; give one")
        return None
    if savepoint is not None:
        _check(run, savepoint.resolve(), own)
        return savepoint.resolve()
    if own is None and has_outputs:
        raise StateRefused(
            f"{run.name} has written outputs, but no checkpoint of it is left in {run.checkpoints.parent}; "
            "started anew it would write them twice. Put its checkpoints back, or run the log again in "
            "another lane and show readers that one (`./tw replay start --lane NAME --follow`, "
            "`./tw replay promote NAME`); `./tw jobs submit --fresh` starts it anew all the same"
        )
    if own is not None:
        _check_age(run, own)
    return own


def _check_age(run: Run, own: Path) -> None:
    age_s = time.time() - (own / METADATA).stat().st_mtime
    if run.checkpoints in own.parents and age_s * 1000 > TRANSACTION_TIMEOUT_MS:
        raise StateRefused(
            f"{own}, the newest state of {run.name}, is {age_s / 3600:.0f} hours old: transactions it had "
            "not committed yet have expired, and their records are lost. Name it as the savepoint to go on "
            "all the same, or run the raw log again in another lane"
        )


def _check(run: Run, savepoint: Path, own: Path | None) -> None:
    if not (savepoint / METADATA).is_file():
        raise StateRefused(f"{savepoint} is no savepoint: it has no {METADATA}")
    if run.checkpoints.parent.resolve() not in savepoint.parents:
        raise StateRefused(
            f"{savepoint} does not belong to {run.name}, whose state is in {run.checkpoints.parent}; "
            "state never crosses lanes: it would abort the other's open transactions"
        )
    if own is not None and own.resolve() != savepoint:
        raise StateRefused(
            f"{savepoint} is older than {own}; what {run.name} wrote since would be written twice. "
            "Start without naming a savepoint to go on from the newest state"
        )
