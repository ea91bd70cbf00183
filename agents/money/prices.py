"""What a call costs: its tokens at the price that was in force when it was made.

The table is that of genai-prices: dated, with the tiers and cache prices of each model. It comes with the
package and is never fetched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import version
from typing import Any

import genai_prices

from agents.money.settings import MoneySettings

PROVIDER = "anthropic"
TABLE = f"genai-prices {version('genai-prices')}"
MILLION = Decimal(1_000_000)
CENT_FRACTION = Decimal("0.00000001")


class UnknownPrice(LookupError):
    """The table has no price for a model."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call. ``fresh``: input neither read from a cache nor written to one."""

    fresh: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0

    @property
    def input(self) -> int:
        """All input, cached or not."""
        return self.fresh + self.cache_read + self.cache_write_5m + self.cache_write_1h

    @classmethod
    def of(cls, usage: Mapping[str, Any]) -> Usage:
        """From an answer's ``usage``. What an endpoint does not count is 0."""
        written = int(usage.get("cache_creation_input_tokens") or 0)
        long = int((usage.get("cache_creation") or {}).get("ephemeral_1h_input_tokens") or 0)
        return cls(
            fresh=int(usage.get("input_tokens") or 0),
            cache_read=int(usage.get("cache_read_input_tokens") or 0),
            cache_write_5m=max(0, written - long),
            cache_write_1h=min(long, written),
            output=int(usage.get("output_tokens") or 0),
        )


class Prices:
    """US dollars for usage."""

    def __init__(self, settings: MoneySettings) -> None:
        self._input = settings.unknown_input_usd_per_million
        self._output = settings.unknown_output_usd_per_million

    def cost(self, model: str, usage: Usage, at_ms: int) -> Decimal:
        """Of a call made at ``at_ms`` (epoch ms). Raises UnknownPrice."""
        tokens = genai_prices.Usage(
            input_tokens=usage.input,
            cache_read_tokens=usage.cache_read,
            cache_write_tokens=usage.cache_write_5m + usage.cache_write_1h,
            cache_write_1h_tokens=usage.cache_write_1h,
            output_tokens=usage.output,
        )
        when = datetime.fromtimestamp(at_ms / 1000, UTC)
        try:
            found = genai_prices.calc_price(
                tokens, model, provider_id=PROVIDER, genai_request_timestamp=when
            ).total_price
        except LookupError as error:
            found = self._unknown(model, usage, error)
        return found.quantize(CENT_FRACTION)

    def worst(self, model: str, input_tokens: int, max_tokens: int, at_ms: int) -> Decimal:
        """The most that a call can cost: all input written to the dearest cache, all output used."""
        return self.cost(model, Usage(cache_write_1h=input_tokens, output=max_tokens), at_ms)

    def _unknown(self, model: str, usage: Usage, error: LookupError) -> Decimal:
        if self._input is None or self._output is None:
            raise UnknownPrice(
                f"no price for {model!r} in {TABLE}: set TIDEWIRE_MONEY_UNKNOWN_INPUT_USD_PER_MILLION and "
                "TIDEWIRE_MONEY_UNKNOWN_OUTPUT_USD_PER_MILLION (0 for a machine of your own)"
            ) from error
        return (usage.input * self._input + usage.output * self._output) / MILLION
