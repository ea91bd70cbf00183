"""How much may be spent, and when to stop asking."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Dollars = Annotated[Decimal, Field(ge=0)]


class MoneySettings(BaseSettings):
    """Caps in US dollars, of one lane: of a brief, of a desk in an hour, of all desks in a day (both UTC),
    and of the stories that one owner's articles moved, in an hour and in a day."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_MONEY_")

    per_brief_usd: Dollars = Decimal("0.50")
    per_desk_hour_usd: Dollars = Decimal("5")
    # A limit on what an unwatched lane costs, not what a day of 10,000 articles needs; see docs/agents.md.
    per_day_usd: Dollars = Decimal("25")
    # One owner, however many feeds it has and however much it publishes, must not spend the others' day.
    per_family_hour_usd: Dollars = Decimal("1")
    per_family_day_usd: Dollars = Decimal("5")
    # So many failures in a row (429, 529, time-outs, lost connections) and nothing is asked for a while.
    breaker_failures: Annotated[int, Field(ge=1)] = 5
    breaker_pause_s: Annotated[float, Field(gt=0)] = 60.0
    # Of models that the price table does not know, such as those of one's own machine.
    unknown_input_usd_per_million: Dollars | None = None
    unknown_output_usd_per_million: Dollars | None = None
