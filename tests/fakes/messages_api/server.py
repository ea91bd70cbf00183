"""The server: routes, authentication, faults, and what was charged."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from tests.fakes.messages_api.faults import ERRORS, Fault
from tests.fakes.messages_api.replies import Model, Reply, Request, events, message, says
from tests.fakes.messages_api.usage import Cache, input_tokens
from tests.fakes.messages_api.validation import Refused, check

CUTS = ("drop", "truncate", "break")
MODELS = ("claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5")


class MessagesApi:
    """``faults``: statuses or Faults, each for the first request it fits. ``delay_s``: the time of an answer.

    ``requests`` holds what was charged, in order, and ``streamed`` how many of them were streamed;
    ``attempts`` counts every call of ``/v1/messages``.
    """

    def __init__(
        self,
        model: Model | str = "An answer.",
        faults: Sequence[int | Fault] = (),
        delay_s: float = 0.0,
        models: Sequence[str] = MODELS,
        counts_tokens: bool = True,
    ) -> None:
        self.model = says(model) if isinstance(model, str) else model
        self.faults = [Fault.status(each) if isinstance(each, int) else each for each in faults]
        self.delay_s = delay_s
        self.models = tuple(models)
        self.counts_tokens = counts_tokens
        self.requests: list[Request] = []
        self.usages: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self.attempts = 0
        self.streamed = 0
        self._cache = Cache()
        self._lock = threading.Lock()
        api = self

        class Handler(_Handler):
            server_of = api

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def fault_for(self, request: Request) -> Fault | None:
        """Takes the first fault that fits off the list."""
        with self._lock:
            self.attempts += 1
            fits = next((each for each in self.faults if each.when(request)), None)
            if fits is not None:
                self.faults.remove(fits)
            return fits

    def charge(self, request: Request, reply: Reply) -> dict[str, Any]:
        """Books an answer; the whole message."""
        asked = {name: value for name, value in request.items() if name != "stream"}
        with self._lock:
            self.requests.append(asked)
            self.streamed += asked != request
            usage = self._cache.usage(request, reply)
            self.usages.append(usage)
            return message(reply, request["model"], len(self.requests), usage)

    def __enter__(self) -> MessagesApi:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gives up in the middle is what some tests are about."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server_of: MessagesApi
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        known = [_model(each) for each in self.server_of.models]
        if self.path.split("?")[0] == "/v1/models":
            self._json(200, {"data": known, "has_more": False, "first_id": None, "last_id": None})
            return
        asked = self.path.removeprefix("/v1/models/")
        found = next((each for each in known if each["id"] == asked), None)
        self._json(404, _error(404, asked)) if found is None else self._json(200, found)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionResetError("the request ended early")
        path = self.path.split("?")[0]
        if path not in ("/v1/messages", "/v1/messages/count_tokens"):
            self._json(404, _error(404, path))
            return
        if not (self.headers.get("Authorization") or self.headers.get("x-api-key")):
            self._json(401, _error(401, "no key"))
            return
        if not self.headers.get("anthropic-version"):
            self._json(400, _error(400, "anthropic-version: header is required"))
            return
        request = json.loads(body)
        counting = path.endswith("count_tokens")
        if counting and not self.server_of.counts_tokens:
            self._json(404, _error(404, path))
            return
        try:
            check(request, counting)
        except Refused as error:
            self.server_of.refused.append(str(error))
            self._json(400, _error(400, str(error)))
            return
        if counting:
            self._json(200, {"input_tokens": input_tokens(request)})
        else:
            self._answer(request)

    def _answer(self, request: Request) -> None:
        api = self.server_of
        fault = api.fault_for(request)
        if fault is not None and fault.kind == "status":
            self._json(int(fault.value), _error(int(fault.value), "as asked"))
            return
        reply = api.model(request)
        if fault is not None:
            reply = fault.changed(reply)
        whole = api.charge(request, reply)
        time.sleep(api.delay_s + (fault.value if fault is not None and fault.kind == "slow" else 0.0))
        kind = fault.kind if fault is not None else ""
        if request.get("stream"):
            self._stream(whole, kind)
        elif kind == "drop":
            self._send(json.dumps(whole).encode(), "application/json", 200, promised=1 << 20)
            self.close_connection = True
        else:
            body = json.dumps(whole).encode()
            self._send(body[: len(body) // 2] if kind in CUTS else body, "application/json", 200)

    def _stream(self, whole: dict[str, Any], kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        all_of = list(events(whole))
        # A stream that ends without its last event; one that is dropped ends in the middle of an event.
        for name, data in all_of[: len(all_of) // 2] if kind in CUTS else all_of:
            self._event(name, data)
        if kind == "break":
            self._event("error", _error(529, "as asked"))
        if kind == "drop":
            self._chunk("event: content_block_delta\ndata: {")
            self.close_connection = True
        else:
            self._write(b"0\r\n\r\n")

    def _event(self, name: str, data: dict[str, Any]) -> None:
        self._chunk(f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n")

    def _chunk(self, piece: str) -> None:
        data = piece.encode()
        self._write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def _json(self, status: int, value: dict[str, Any]) -> None:
        self._send(json.dumps(value).encode(), "application/json", status)

    def _send(self, body: bytes, kind: str, status: int, promised: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(promised or len(body)))
        if status == 429:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self._write(body)

    def _write(self, piece: bytes) -> None:
        try:
            self.wfile.write(piece)
            self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            # The client has given up; its answer is charged all the same.
            self.close_connection = True

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet: the requests are kept."""


def _error(status: int, said: str) -> dict[str, Any]:
    kind = ERRORS.get(status, "api_error")
    return {"type": "error", "error": {"type": kind, "message": said}, "request_id": "req_1"}


def _model(name: str) -> dict[str, Any]:
    return {
        "type": "model",
        "id": name,
        "display_name": name,
        "created_at": "2026-01-01T00:00:00Z",
        "lifecycle": "active",
    }
