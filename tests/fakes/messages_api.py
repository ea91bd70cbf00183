"""A small Messages API over real HTTP: counts calls, validates requests, faults on demand."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from pydantic import TypeAdapter, ValidationError

REQUEST = TypeAdapter(MessageCreateParamsNonStreaming)


class MessagesApi:
    """``with MessagesApi() as api: … api.url, api.requests``. ``faults``: statuses to answer with first."""

    def __init__(self, text: str = "An answer.", faults: tuple[int, ...] = ()) -> None:
        self.text = text
        self.faults = list(faults)
        self.requests: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                status, answer = api.answer(self.path, self.rfile.read(length))
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                if status == 429:
                    self.send_header("Retry-After", "0")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:
                """Quiet: the requests are kept."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        if path != "/v1/messages":
            return 404, _error("not_found_error", path)
        with self._lock:
            if self.faults:
                return self.faults.pop(0), _error("overloaded_error", "as asked")
            request = json.loads(body)
            try:
                # Iterable fields validate when they are walked.
                list(REQUEST.validate_python(request)["messages"])
            except ValidationError as error:
                return 400, _error("invalid_request_error", str(error))
            self.requests.append(request)
            return 200, self._message(request)

    def _message(self, request: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": f"msg_{len(self.requests)}",
            "type": "message",
            "role": "assistant",
            "model": request["model"],
            "content": [{"type": "text", "text": self.text}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 12, "output_tokens": 3},
        }

    def __enter__(self) -> MessagesApi:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _error(kind: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}}
