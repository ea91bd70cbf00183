"""Health endpoints for roles that have no HTTP API of their own."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from telemetry.callers import allowed_hosts, refusal

Check = Callable[[], dict[str, object]]


def serve(host: str, port: int, check: Check) -> ThreadingHTTPServer:
    """Answers ``/health`` with what ``check`` says (200, or 503 when it says ``ok: False``) and
    ``/metrics`` for Prometheus, in a thread of its own. Port 0 takes a free one."""

    hosts = allowed_hosts(host)

    class Handler(BaseHTTPRequestHandler):
        # A caller that sends nothing holds its thread no longer than this.
        timeout = 10.0

        def do_GET(self) -> None:
            refused = refusal("GET", {name.title(): said for name, said in self.headers.items()}, hosts)
            if refused is not None:
                self._answer(refused.status, "text/plain", f"{refused.reason}\n".encode())
            elif self.path == "/metrics":
                self._answer(200, CONTENT_TYPE_LATEST, generate_latest())
            elif self.path == "/health":
                said = check()
                status = 200 if said.get("ok", True) else 503
                self._answer(status, "application/json", json.dumps(said).encode())
            else:
                self._answer(404, "text/plain", b"/health or /metrics\n")

        def _answer(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Probes come every few seconds; they are not news."""

    server = ThreadingHTTPServer((host, port), Handler)
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server
