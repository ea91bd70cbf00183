"""Health endpoints answer over real HTTP."""

import urllib.error
import urllib.request
from typing import Any

import pytest

from telemetry import health, metrics


def test_health_says_what_the_check_says_and_metrics_are_served() -> None:
    state: dict[str, Any] = {"ok": True, "feeds": 3}
    metrics.POLLS.labels(outcome="changed").inc()
    server = health.serve("127.0.0.1", 0, lambda: state)
    base = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        with urllib.request.urlopen(f"{base}/health") as answer:
            assert answer.read() == b'{"ok": true, "feeds": 3}'
        with urllib.request.urlopen(f"{base}/metrics") as answer:
            assert b"# HELP tidewire_polls_total" in answer.read()
        state["ok"] = False
        with pytest.raises(urllib.error.HTTPError, match="503") as refused:
            urllib.request.urlopen(f"{base}/health")
        refused.value.close()
    finally:
        server.shutdown()
        server.server_close()
