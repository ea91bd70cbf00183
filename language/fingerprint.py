"""Hashes of documents, and ids of what is traced; the hashes of texts are in ``schemas.identity``."""

from __future__ import annotations

import hashlib


def body_hash(body: bytes) -> str:
    """Of a document as it came: 32 hex digits of SHA-256."""
    return hashlib.sha256(body).hexdigest()[:32]


def trace_id(*parts: str) -> str:
    """32 hex digits, the W3C trace context's form, from what is traced."""
    return hashlib.sha256("\x00".join(("trace", *parts)).encode("utf-8", "surrogatepass")).hexdigest()[:32]
