"""``python -m flink_jobs.ui``: Flink's web UI for people, until SIGTERM."""

from __future__ import annotations

import sys

from aiohttp import web

from flink_jobs.ui.door import create_app
from flink_jobs.ui.settings import UiSettings
from telemetry import logs


def main() -> int:
    """The exit status: 1 when it could not start."""
    logs.configure("flink-ui")
    log = logs.logger("flink-ui")
    settings = UiSettings()  # type: ignore[call-arg]
    try:
        app = create_app(settings, settings.token())
        log.info("listening", url=f"http://{settings.host}:{settings.port}")
        web.run_app(app, host=settings.host, port=settings.port, print=None, access_log=None)
    except (OSError, ValueError) as error:
        log.error("cannot start", reason=str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
