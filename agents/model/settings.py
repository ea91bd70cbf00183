"""Where the model is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

Endpoint = Literal["auto", "anthropic", "vllm", "llama.cpp", "ollama", "other"]


class ModelSettings(BaseSettings):
    """The Messages API. The SDK's own variables name key and address."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_MODEL_", populate_by_name=True)

    api_key: SecretStr | None = Field(default=None, validation_alias="ANTHROPIC_API_KEY")
    base_url: str = Field(default="https://api.anthropic.com", validation_alias="ANTHROPIC_BASE_URL")
    # What kind of server answers there; auto knows api.anthropic.com and takes all else as other.
    endpoint: Endpoint = "auto"
    # Of one attempt. All attempts of a step are within the step's own time.
    timeout_s: Annotated[float, Field(gt=0)] = 120.0
    max_retries: Annotated[int, Field(ge=0)] = 2

    @property
    def messages_url(self) -> str:
        """The endpoint, as requests are recorded under it."""
        return self.base_url.rstrip("/") + "/v1/messages"

    @property
    def has_key(self) -> bool:
        """Whether there is a key; an empty one is none."""
        return self.api_key is not None and bool(self.api_key.get_secret_value().strip())
