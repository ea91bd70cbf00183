"""The SDK's client, with every error of its turned into one of ours. Nothing is recorded or paid for here."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any

import anthropic
import httpx2

from agents.model.answers import read
from agents.model.endpoints import Capabilities
from agents.model.errors import Lost, ModelFailed, NoKey, Rejected, Unanswered, Unfit
from agents.model.settings import ModelSettings

COUNTED = ("messages", "model", "system", "tools", "tool_choice", "output_config")
# No tokeniser we know makes more tokens than this of a text.
BYTES_A_TOKEN = 2
LONGEST_WAIT_S = 30.0
# What the SDK raises when there is no answer; a body that is no JSON is a ValueError.
FAILURES = (anthropic.AnthropicError, httpx2.HTTPError, ValueError)
KINDS = {
    *(
        "invalid_request_error",
        "authentication_error",
        "billing_error",
        "permission_error",
        "not_found_error",
    ),
    "request_too_large",
}


class MessagesClient:
    """One endpoint. Use it in one event loop, and close it."""

    def __init__(self, settings: ModelSettings, capable: Capabilities) -> None:
        self._settings = settings
        self._capable = capable
        self._sdk: anthropic.AsyncAnthropic | None = None

    @property
    def attempts(self) -> int:
        """How often a request may be sent. Each attempt is the caller's: each may be charged."""
        return self._settings.max_retries + 1

    async def create(self, request: Mapping[str, Any]) -> bytes:
        """The body of a whole answer, asked for once. Raises NoKey, Rejected, Unanswered."""
        sdk, limit = self._client(), self._settings.timeout_s
        try:
            async with asyncio.timeout(limit):
                return await (_streamed if self._capable.streams else _whole)(sdk, request)
        except TimeoutError as error:
            said = f"the model did not answer within {limit:g} s"
            raise Unanswered(said, may_be_charged=True, again=False) from error
        except FAILURES as error:
            raise _failure(error) from error

    async def count(self, request: Mapping[str, Any]) -> int:
        """Input tokens: counted by the endpoint where it can, otherwise estimated from above."""
        size = len(json.dumps(dict(request), ensure_ascii=False).encode())
        if not self._capable.counts_tokens:
            return size // BYTES_A_TOKEN
        asked = {name: request[name] for name in COUNTED if name in request}
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                return (await self._client().messages.count_tokens(**asked)).input_tokens
        except (anthropic.APIError, TimeoutError):
            # Counting is a courtesy: the call itself will tell what is wrong.
            return size // BYTES_A_TOKEN

    async def check_models(self, names: Iterable[str]) -> None:
        """Raises Unfit, naming it, for a model that the endpoint does not have. Network trouble raises
        Unanswered: it says nothing about models."""
        if not self._capable.lists_models:
            return
        for name in dict.fromkeys(names):
            try:
                async with asyncio.timeout(self._settings.timeout_s):
                    await self._client().models.retrieve(name)
            except anthropic.NotFoundError as error:
                raise Unfit(f"{self._settings.base_url} has no model {name!r}") from error
            except (anthropic.AnthropicError, TimeoutError) as error:
                raise _failure(error) from error

    async def close(self) -> None:
        """Gives connections back."""
        if self._sdk is not None:
            await self._sdk.close()
            self._sdk = None

    def _client(self) -> anthropic.AsyncAnthropic:
        key = self._settings.api_key
        if key is None or not self._settings.has_key:
            raise NoKey("no model key: set ANTHROPIC_API_KEY")
        if self._sdk is None:
            self._sdk = anthropic.AsyncAnthropic(
                api_key=key.get_secret_value(),
                base_url=self._settings.base_url,
                timeout=self._settings.timeout_s,
                # The SDK would repeat what may have been charged without telling.
                max_retries=0,
                # Our traces are nobody else's; the SDK would send them upstream.
                open_telemetry={"propagation": False},
            )
        return self._sdk


async def _whole(sdk: anthropic.AsyncAnthropic, request: Mapping[str, Any]) -> bytes:
    raw = await sdk.messages.with_raw_response.create(**request)
    body: bytes = raw.http_response.content
    read("", body)  # Raises Lost for a body that is damaged.
    return body


async def _streamed(sdk: anthropic.AsyncAnthropic, request: Mapping[str, Any]) -> bytes:
    """Piece by piece, so that no proxy on the way takes a long answer for a dead connection."""
    message = None
    async with sdk.messages.stream(**request) as stream:
        async for event in stream:
            if event.type == "message_stop":
                message = event.message
    if message is None:
        # The SDK gives what it has for a whole message.
        raise Lost("the model's answer was lost on the way (its stream ended early)")
    return message.to_json(indent=None, exclude_unset=True).encode()


def _failure(error: BaseException) -> ModelFailed:
    """Ours for one of the SDK's. Its texts may repeat a request, so they are not passed on."""
    match error:
        case anthropic.APITimeoutError() | TimeoutError():
            return Unanswered("the model did not answer in time", may_be_charged=True, again=False)
        case httpx2.RemoteProtocolError() | httpx2.ReadError() | json.JSONDecodeError():
            return Lost(f"the model's answer was lost on the way ({type(error).__name__})")
        case anthropic.APIConnectionError() if isinstance(error.__cause__, httpx2.RemoteProtocolError):
            return Lost("the model's answer was lost on the way")
        case anthropic.APIConnectionError() | httpx2.HTTPError():
            return Unanswered("the model's server cannot be reached", may_be_charged=False)
        case anthropic.APIStatusError(status_code=status) if status in (408, 409, 429) or status >= 500:
            said = f"the model's server answered {status}"
            return Unanswered(said, may_be_charged=False, after_s=_retry_after(error))
        case anthropic.APIStatusError(status_code=status) if status >= 400:
            return Rejected(f"the model's server rejects the request with {status} {_kind(error)}".rstrip())
        case anthropic.APIError():
            return Lost(f"the model's answer was lost on the way ({type(error).__name__})")
        case _:
            return Rejected(f"the request could not be sent ({type(error).__name__})")


def _kind(error: anthropic.APIStatusError) -> str:
    """The API's word for it; nothing else that a server may have put there."""
    body = error.body if isinstance(error.body, dict) else {}
    inner = body.get("error")
    kind = inner.get("type") if isinstance(inner, dict) else None
    return kind if isinstance(kind, str) and kind in KINDS else ""


def _retry_after(error: anthropic.APIStatusError) -> float | None:
    """Seconds that the server asks for, within reason; dates are not looked at."""
    try:
        return min(LONGEST_WAIT_S, max(0.0, float(error.response.headers["retry-after"])))
    except (KeyError, ValueError):
        return None
