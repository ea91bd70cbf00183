"""The seam behind which a model will write. In place, and unused: every brief is extractive so far.

Two things are here: who writes (``writer_for``), and the one door to the Messages API
(``ModelGateway``), which pays for a request once. A response is in the log, acknowledged, before
anyone uses it; asked again, in a retry, after a crash or in a replay, it is taken from there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any

import anthropic
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from agents.extract import ExtractiveWriter
from agents.work import BriefWriter
from schemas.codec import Codec
from schemas.identity import hash_of
from schemas.records import RecordedResponse
from telemetry.logs import logger
from topics.catalogue import AGENTS_RESPONSES
from topics.reading import read_range
from topics.settings import BrokerSettings

PATH = "/v1/messages"

# Returns when the response is in the log.
Record = Callable[[RecordedResponse], Awaitable[None]]

log = logger("agents.model")


class ModelSettings(BaseSettings):
    """The Messages API. The SDK's own variables name key and address."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_MODEL_", populate_by_name=True)

    api_key: SecretStr | None = Field(default=None, validation_alias="ANTHROPIC_API_KEY")
    base_url: str = Field(default="https://api.anthropic.com", validation_alias="ANTHROPIC_BASE_URL")
    # Of one call, its retries included: a server's retry-after has no cap of its own.
    timeout_s: float = Field(default=120.0, gt=0)
    max_retries: int = Field(default=2, ge=0)


class NoKey(RuntimeError):
    """A model was asked for without a key."""


def writer_for(settings: ModelSettings | None = None) -> BriefWriter:
    """Who writes briefs. Without a key that can only be the extractive writer; with one it still is."""
    if (settings or ModelSettings()).api_key is not None:
        log.info("a model key is set; this version writes without a model")
    return ExtractiveWriter()


def request_hash(base_url: str, request: Mapping[str, Any]) -> str:
    """Of endpoint, model and the whole request: another endpoint's answer never stands in."""
    endpoint = base_url.rstrip("/") + PATH
    return hash_of({"endpoint": endpoint, "model": request["model"], "request": dict(request)})


def recorded_responses(broker: BrokerSettings, codec: Codec) -> dict[str, RecordedResponse]:
    """All that was ever answered and is still kept, by request hash."""
    found: dict[str, RecordedResponse] = {}
    for each in read_range(broker, AGENTS_RESPONSES):
        if each.value is not None:
            response = codec.decode(each.value, RecordedResponse)
            found[response.request_hash] = response
    return found


class ModelGateway:
    """Asks the Messages API, once for each different request.

    ``recorded`` holds earlier answers by request hash and is added to; ``record`` writes one to the log.
    """

    def __init__(
        self,
        settings: ModelSettings,
        recorded: MutableMapping[str, RecordedResponse],
        record: Record,
        now_ms: Callable[[], int],
    ) -> None:
        self._settings = settings
        self._recorded = recorded
        self._record = record
        self._now_ms = now_ms
        self._in_flight: dict[str, asyncio.Lock] = {}

    async def ask(self, request: Mapping[str, Any], article_ids: Iterable[str] = ()) -> RecordedResponse:
        """The answer to a Messages request, from the log if it has been asked before.

        ``article_ids`` name the articles whose text the request holds, so that a takedown finds it.
        Raises NoKey, anthropic.APIError, and TimeoutError after the time limit; none of these is recorded.
        """
        wanted = request_hash(self._settings.base_url, request)
        async with self._in_flight.setdefault(wanted, asyncio.Lock()):
            known = self._recorded.get(wanted)
            if known is None:
                known = await self._call(wanted, request, tuple(article_ids))
                await self._record(known)
                self._recorded[wanted] = known
        return known

    async def _call(
        self, wanted: str, request: Mapping[str, Any], article_ids: tuple[str, ...]
    ) -> RecordedResponse:
        async with self._client() as client, asyncio.timeout(self._settings.timeout_s):
            raw = await client.messages.with_raw_response.create(**request)
        return RecordedResponse(
            request_hash=wanted,
            recorded_at=self._now_ms(),
            endpoint=self._settings.base_url.rstrip("/") + PATH,
            model=str(request["model"]),
            status=raw.http_response.status_code,
            body=raw.http_response.content,
            article_ids=article_ids,
        )

    def _client(self) -> anthropic.AsyncAnthropic:
        if self._settings.api_key is None:
            raise NoKey("no model key: set ANTHROPIC_API_KEY")
        return anthropic.AsyncAnthropic(
            api_key=self._settings.api_key.get_secret_value(),
            base_url=self._settings.base_url,
            max_retries=self._settings.max_retries,
        )
