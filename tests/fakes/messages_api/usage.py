"""Tokens and prompt caching, counted as the API counts them: by prefixes that end at a breakpoint."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

from tests.fakes.messages_api.replies import Reply, Request

TTL_S = {"5m": 300.0, "1h": 3600.0}
# A shorter prefix is not cached.
SHORTEST = 1024


def tokens(value: object) -> int:
    """Four characters to a token."""
    return max(1, len(json.dumps(value, ensure_ascii=False, sort_keys=True)) // 4)


def input_tokens(request: Request) -> int:
    """All of a request's input."""
    return sum(tokens(block) for block in _prefix(request))


class Cache:
    """Prefixes by their hash, each with the time until which it is kept; hits keep it longer."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}

    def usage(self, request: Request, reply: Reply) -> dict[str, Any]:
        """The usage of a request, which then is in the cache."""
        now, digest, total, read, written = self._clock(), hashlib.sha256(request["model"].encode()), 0, 0, 0
        long = 0
        for block in _prefix(request):
            control = block.get("cache_control")
            plain = {name: value for name, value in block.items() if name != "cache_control"}
            digest.update(json.dumps(plain, sort_keys=True).encode())
            total += tokens(block)
            if not control or total < SHORTEST:
                continue
            ttl, key = control.get("ttl", "5m"), digest.hexdigest()
            if self._until.get(key, -1.0) >= now:
                read = total
            else:
                long += total - max(read, written) if ttl == "1h" else 0
                written = total
            self._until[key] = now + TTL_S[ttl]
        created = max(0, written - read)
        return {
            "input_tokens": total - max(read, written),
            "cache_creation_input_tokens": created,
            "cache_read_input_tokens": read,
            "cache_creation": {
                "ephemeral_1h_input_tokens": min(long, created),
                "ephemeral_5m_input_tokens": created - min(long, created),
            },
            "output_tokens": reply.tokens,
        }


def _prefix(request: Request) -> list[dict[str, Any]]:
    """In the order in which it is cached: tools, system, messages."""
    system = request.get("system") or []
    blocks = [*request.get("tools", [])]
    blocks += [{"type": "text", "text": system}] if isinstance(system, str) else system
    for each in request["messages"]:
        content = each["content"]
        content = [{"type": "text", "text": content}] if isinstance(content, str) else content
        blocks += [{**block, "role": each["role"]} for block in content]
    return blocks
