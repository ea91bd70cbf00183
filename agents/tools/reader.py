"""The reader's HTTP API as tools see it: one lane, as of one moment, with time limits and retries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx2
import stamina

from agents.tools.settings import ToolSettings


class ToolFailed(Exception):
    """Told to the model as a tool error. Holds no text of anyone else's."""


class _Again(Exception):
    """The reader is down or busy."""


class ReaderApi:
    """Use it in one event loop, and close it."""

    def __init__(self, settings: ToolSettings) -> None:
        self._settings = settings
        self._http: httpx2.AsyncClient | None = None

    async def get(self, path: str, parameters: Mapping[str, str | int | bool | None]) -> dict[str, Any]:
        """The JSON answer; parameters that are None are left out. Raises ToolFailed."""
        given = {name: value for name, value in parameters.items() if value is not None}
        try:
            async for attempt in stamina.retry_context(
                on=_Again, attempts=self._settings.attempts, wait_initial=0.1, wait_max=1.0, timeout=None
            ):
                with attempt:
                    return await self._once(path, given)
        except _Again as error:
            raise ToolFailed(f"the archive does not answer ({error})") from error
        raise AssertionError("a retry either returns or raises")

    async def close(self) -> None:
        """Gives connections back."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def _once(self, path: str, given: Mapping[str, Any]) -> dict[str, Any]:
        if self._http is None:
            self._http = httpx2.AsyncClient(
                base_url=self._settings.reader_url.rstrip("/"),
                timeout=self._settings.timeout_s,
                trust_env=False,
            )
        try:
            answer = await self._http.get(path, params=dict(given))
        except httpx2.HTTPError as error:
            raise _Again(type(error).__name__) from error
        if answer.status_code in (429, 500, 502, 503, 504):
            raise _Again(f"HTTP {answer.status_code}")
        if answer.status_code == 404:
            raise ToolFailed("there is nothing under that id")
        if answer.status_code >= 400:
            raise ToolFailed(f"the archive does not understand the question (HTTP {answer.status_code})")
        body: dict[str, Any] = answer.json()
        return body


def iso(at_ms: int) -> str:
    """Epoch milliseconds as the API takes them."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()


def known_by(moment: str | None, as_of: int) -> bool:
    """Whether an ISO time of an answer is not after the cut-off (epoch ms)."""
    return moment is not None and datetime.fromisoformat(moment).timestamp() * 1000 <= as_of
