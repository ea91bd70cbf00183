"""`python -m stack.launch PROGRAM.json`: clears the ground, then becomes the program.

Run by the supervisor before every start, the restarts after a death included. A killed TaskManager
leaves its Python workers running and its temporary files behind; both are gone before the next one starts.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from stack.leftovers import MARKER, PROGRAM, end, marked
from stack.private import UMASK
from telemetry.environment import given
from telemetry.visible import visible

LEFTOVERS_TIMEOUT_S = 2.0


def empty(folder: Path) -> None:
    """Removes everything in `folder`, which exists afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)


def forget_unreadable(results: Path) -> list[str]:
    """Removes results of jobs that failed before they were initialised; their names.

    Flink 2.3 writes them without the id of the job's application, and a JobManager that finds one
    ends itself at every start. Nothing is recovered of such a job, so nothing is lost.
    """
    removed = []
    for path in sorted(results.rglob("*_DIRTY.json")):
        if not _readable(path):
            path.unlink()
            removed.append(path.name)
    return removed


def _readable(path: Path) -> bool:
    try:
        return "application-id" in json.loads(path.read_text())["result"]
    except (ValueError, KeyError):
        # cut off while it was written
        return False


def _tell(message: str) -> None:
    # At once, for this process is about to become another.
    print(visible(message), flush=True)


def main(path: str) -> None:
    program = json.loads(Path(path).read_text())
    name = program["name"]
    if program["end_leftovers"]:
        ended = end(marked(os.environ[MARKER], name), LEFTOVERS_TIMEOUT_S)
        if ended:
            _tell(f"ended {len(ended)} processes that the last {name} left behind: {ended}")
    for folder in program["clear"]:
        empty(Path(folder))
    if program["results"]:
        for removed in forget_unreadable(Path(program["results"])):
            _tell(f"removed {removed}, the result of a job that could not be initialised")
    os.chdir(program["directory"])
    os.umask(UMASK)
    variables = given(program["passes"], program["secrets"])
    os.execvpe(program["argv"][0], program["argv"], {**variables, **program["env"], PROGRAM: name})


if __name__ == "__main__":
    main(sys.argv[1])
