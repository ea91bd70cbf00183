"""`python -m tidewire.stack.launch PROGRAM.json`: clears the ground, then becomes the program.

Run by the supervisor before every start, the restarts after a death included. A killed TaskManager
leaves its Python workers running and its temporary files behind; both are gone before the next one starts.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from tidewire.stack.leftovers import MARKER, PROGRAM, end, marked

LEFTOVERS_TIMEOUT_S = 2.0


def empty(folder: Path) -> None:
    """Removes everything in `folder`, which exists afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)


def main(path: str) -> None:
    program = json.loads(Path(path).read_text())
    name = program["name"]
    if program["end_leftovers"]:
        ended = end(marked(os.environ[MARKER], name), LEFTOVERS_TIMEOUT_S)
        if ended:
            print(f"ended {len(ended)} processes that the last {name} left behind: {ended}", flush=True)
    for folder in program["clear"]:
        empty(Path(folder))
    os.chdir(program["directory"])
    os.execvpe(program["argv"][0], program["argv"], {**os.environ, **program["env"], PROGRAM: name})


if __name__ == "__main__":
    main(sys.argv[1])
