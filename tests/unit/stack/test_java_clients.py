"""Java's clients in Flink trust the stack's certificate and log in, by the written configuration alone."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from stack import flink, keys
from stack.jars import DONE, JARS
from stack.settings import LOOPBACK, StackSettings
from topics.settings import USER

CHILD = Path(__file__).with_name("logging_in.py")


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing."""


@pytest.mark.skipif(not (JARS / DONE).exists(), reason="no connectors; run `make bootstrap`")
def test_they_trust_the_registry_and_log_in_to_kafka(tmp_path: Path) -> None:
    settings = StackSettings(home=tmp_path)
    keys.make(settings.keys.folder)
    for path, text in flink.files(settings).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    flink.link_library(settings)
    server = HTTPServer((LOOPBACK, 0), Answers)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(settings.keys.identity)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        url = f"https://{LOOPBACK}:{server.server_port}/"
        done = subprocess.run(
            [sys.executable, str(CHILD), str(tmp_path), url], capture_output=True, text=True, timeout=300
        )
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {"answered": 200, "names": [USER]}
