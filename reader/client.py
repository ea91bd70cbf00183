"""Asks the reader's HTTP API, and says plainly why there is no answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2

TIMEOUT_S = 30.0


class ReaderDown(RuntimeError):
    """Nobody answers at the reader's address."""


class ReaderProblem(RuntimeError):
    """The reader answered with a problem; ``status`` is its HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class ReaderClient:
    """Read-only access to a reader by its base URL."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def get(
        self, path: str, parameters: Mapping[str, str | int | None] | None = None, accept: int | None = None
    ) -> dict[str, Any]:
        """The JSON answer of ``path``; parameters that are None are left out.

        Raises ReaderDown when nobody answers, ReaderProblem for an error answer, unless its
        status is the one to ``accept``.
        """
        given = {name: value for name, value in (parameters or {}).items() if value is not None}
        try:
            answer = httpx2.get(self._url + path, params=given, timeout=TIMEOUT_S, trust_env=False)
        except httpx2.TransportError as error:
            raise ReaderDown(
                f"Nothing answers at {self._url} ({type(error).__name__}). Is the stack up? "
                "`./tw status` tells, `./tw up` starts it."
            ) from error
        if answer.status_code >= 400 and answer.status_code != accept:
            raise ReaderProblem(answer.status_code, _said(answer))
        body: dict[str, Any] = answer.json()
        return body


def _said(answer: httpx2.Response) -> str:
    if "json" not in answer.headers.get("content-type", ""):
        return f"HTTP {answer.status_code} from {answer.url}"
    problem = answer.json()
    parts = [str(problem[name]) for name in ("title", "detail", "remedy") if problem.get(name)]
    return " ".join(part if part.endswith((".", "!", "?", "`")) else f"{part}." for part in parts)
