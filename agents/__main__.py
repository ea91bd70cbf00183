"""``python -m agents``: one worker in the lane that TIDEWIRE_LANE names. SIGTERM stops it, exit code 0."""

from __future__ import annotations

import logging

from telemetry import health
from telemetry.logs import configure


def main() -> None:
    """Runs until it is told to stop."""
    configure("agents")
    for chatty in ("faust", "mode", "aiokafka", "httpx2"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # Faust patches and configures on import: not before logs are set up.
    from agents.app import Settings, create_app, run

    settings = Settings.from_environment()
    app = create_app(settings)
    if settings.agents.health_port is not None:
        health.serve("127.0.0.1", settings.agents.health_port, lambda: {"ok": not app.crashed})
    run(app)


if __name__ == "__main__":
    main()
