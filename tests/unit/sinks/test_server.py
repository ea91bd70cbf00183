"""The server's adapter over real HTTP: the key it shows, what it says when refused or left alone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr

from sinks.settings import IndexSettings, KeyUnreadable, open_store
from sinks.store import StoreUnreachable
from topics.lane import LIVE

KEY = "a-key-of-the-index"


@pytest.fixture
def server() -> Iterator[str]:
    """Knows no collection, and tells so only who has the key, as Qdrant does."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            allowed = self.headers.get("api-key") == KEY
            found = {"result": {"aliases": [], "exists": False}, "status": "ok", "time": 0.0}
            body = json.dumps(found).encode() if allowed else b"Must provide an API key"
            self.send_response(200 if allowed else 401)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{listening.server_address[1]}"
    listening.shutdown()
    listening.server_close()


def test_the_key_of_the_file_is_shown_to_the_server(server: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    store = open_store(IndexSettings(url=server, api_key_file=file), LIVE)
    store.drop("live-documents")
    store.close()


def test_a_key_that_is_refused_is_told(server: str) -> None:
    store = open_store(IndexSettings(url=server, api_key=SecretStr("another")), LIVE)
    with pytest.raises(StoreUnreachable, match=r"refuses the key \(401\).*API_KEY_FILE"):
        store.count("live-documents")
    store.close()


def test_a_server_that_is_away_is_told() -> None:
    store = open_store(IndexSettings(url="http://127.0.0.1:9"), LIVE)
    with pytest.raises(StoreUnreachable, match=r"127\.0\.0\.1:9 does not answer"):
        store.count("live-documents")
    store.close()


def test_a_key_given_goes_before_a_file(tmp_path: Path) -> None:
    assert IndexSettings().key() is None
    given = IndexSettings(api_key=SecretStr("given"), api_key_file=tmp_path / "gone")
    assert given.key() == "given"


def test_a_file_without_a_key_is_told_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(KeyUnreadable, match=r"gone \(No such file"):
        IndexSettings(api_key_file=tmp_path / "gone").key()
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(KeyUnreadable, match="empty is empty"):
        IndexSettings(api_key_file=tmp_path / "empty").key()
