"""What goes wrong with a model's server, one fault for one request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.fakes.messages_api.replies import Reply, Request

Kind = Literal["status", "slow", "drop", "truncate", "break", "refuse", "cut", "nonsense"]
ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """``status`` answers with that status, ``slow`` after so many seconds, ``drop`` closes the connection in
    the middle of the answer, ``truncate`` ends it early, ``break`` too, and a stream with an error event;
    ``refuse``, ``cut`` (max_tokens) and ``nonsense`` are answers like any other, and billed. Only requests
    for which ``when`` holds are hit.
    """

    kind: Kind
    value: float = 0.0
    when: Callable[[Request], bool] = lambda _: True

    @classmethod
    def status(cls, status: int) -> Fault:
        return cls("status", status)

    def changed(self, reply: Reply) -> Reply:
        """The answer that takes the place of the model's."""
        if self.kind == "refuse":
            return Reply((), "refusal")
        if self.kind == "cut":
            text = "".join(block.get("text", "") for block in reply.content)
            return Reply.text(text[: len(text) // 2] or "{", "max_tokens")
        if self.kind == "nonsense":
            return Reply.text("Certainly! Here are some thoughts, in no order at all.")
        return reply
