"""The probe of containers against a real health endpoint."""

from __future__ import annotations

import pytest

from telemetry import health, probe


def test_the_probe_tells_well_from_unwell_from_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    state: dict[str, object] = {"ok": True}
    server = health.serve("127.0.0.1", 0, lambda: state)
    url = f"http://127.0.0.1:{server.server_address[1]}/health"
    try:
        assert probe.main([url]) == 0
        assert capsys.readouterr().out == '{"ok": true}\n'
        state.update(ok=False, missing=["stories"])
        assert probe.main([url]) == 1
        assert capsys.readouterr().out == '503 {"ok": false, "missing": ["stories"]}\n'
    finally:
        server.shutdown()
        server.server_close()
    assert probe.main([url]) == 1
    assert "refused" in capsys.readouterr().out
    assert probe.main(["no address"]) == 1
    assert probe.main([]) == 2


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server = health.serve("127.0.0.1", 0, lambda: {"ok": True})
    try:
        assert probe.fetch(f"http://127.0.0.1:{server.server_address[1]}/health")[0]
    finally:
        server.shutdown()
        server.server_close()
