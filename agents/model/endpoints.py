"""What kinds of server can do. They differ quietly, so each is a row here rather than a guess."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from agents.model.errors import Unfit
from agents.model.settings import ModelSettings

Schema = Literal["enforced", "ignored", "unknown"]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Of one kind of endpoint.

    ``schema``: what becomes of ``output_config.format``; with ``unknown`` every answer tells. Without
    ``counts_tokens`` input is estimated from above; without ``caches_prompts`` no breakpoints are sent;
    without ``streams`` an answer is asked for in one piece.
    """

    name: str
    schema: Schema
    counts_tokens: bool = False
    caches_prompts: bool = False
    lists_models: bool = False
    streams: bool = False


TABLE = {
    each.name: each
    for each in (
        Capabilities(
            "anthropic", "enforced", counts_tokens=True, caches_prompts=True, lists_models=True, streams=True
        ),
        Capabilities("vllm", "enforced", counts_tokens=True, streams=True),
        Capabilities("llama.cpp", "ignored", counts_tokens=True, streams=True),
        Capabilities("ollama", "unknown", streams=True),
        Capabilities("other", "unknown"),
    )
}


def capabilities(settings: ModelSettings) -> Capabilities:
    """Of the endpoint that the settings name. Raises Unfit for one that ignores the schema."""
    name = settings.endpoint
    if name == "auto":
        name = "anthropic" if urlsplit(settings.base_url).hostname == "api.anthropic.com" else "other"
    found = TABLE[name]
    if found.schema == "ignored":
        raise Unfit(
            f"{name} at {settings.base_url} ignores output_config.format, so no answer could be relied upon: "
            "serve the model with vLLM, or unset ANTHROPIC_API_KEY to write without a model"
        )
    return found
