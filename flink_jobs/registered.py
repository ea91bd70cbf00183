"""``python -m flink_jobs.registered``: exit status 0 when the cluster counts on the TaskManager of this host.

The health check of a TaskManager's container: a process that runs and has lost its JobManager does no work.
"""

from __future__ import annotations

import json
import os
import re
import socket
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

from telemetry.probe import fetch
from telemetry.visible import visible

# pekko.tcp://flink@HOST:PORT/user/rpc/taskmanager_0
HOST = re.compile(r"@([^/]+):\d+/")


def hosts(answer: Any) -> set[str]:
    """Where the TaskManagers are that a JobManager's ``/taskmanagers`` lists."""
    found = (HOST.search(each["path"]) for each in answer["taskmanagers"])
    return {match[1] for match in found if match}


def is_registered(answer: Any, own: Collection[str]) -> bool:
    """Whether one of them goes by one of these names."""
    return not hosts(answer).isdisjoint(own)


def own_names() -> set[str]:
    """This host's name and addresses."""
    name = socket.gethostname()
    return {name, *(str(each[4][0]) for each in socket.getaddrinfo(name, None))}


def main() -> int:
    url = os.environ.get("TIDEWIRE_FLINK_URL", "https://127.0.0.1:18082")
    identity = os.environ.get("TIDEWIRE_FLINK_IDENTITY")
    well, said = fetch(f"{url}/taskmanagers", identity=Path(identity) if identity else None)
    if well and is_registered(json.loads(said), own_names()):
        return 0
    print(visible(f"{sorted(own_names())} is not among the TaskManagers of {url}: {said[:500]}"))
    return 1


if __name__ == "__main__":
    sys.exit(main())
