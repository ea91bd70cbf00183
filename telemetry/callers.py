"""Whether a request over HTTP was meant for this server, by its Host, Origin and Fetch Metadata.

A web page can send requests to every port of the machine on which it is read. It cannot choose these
headers: a page whose own name was made to point here (DNS rebinding) sends that name as Host, and a page of
another origin is announced by Origin (RFC 6454) or Sec-Fetch-Site (W3C Fetch Metadata).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
WILDCARDS = frozenset({"", "0.0.0.0", "::", "[::]"})
AUTHORITY = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253}?)\.?(?::[0-9]{1,5})?", re.ASCII)
SAME = frozenset({"same-origin", "none"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """An HTTP status, and what to say to a person."""

    status: int
    reason: str


def allowed_hosts(listens_on: str, others: Iterable[str] = ()) -> frozenset[str]:
    """The names under which a server is known: loopback's, the one it listens on, and what its operator
    says. Lower case, without ports."""
    named = {host.strip().lower().rstrip(".") for host in (listens_on, *others)} - WILDCARDS
    return LOOPBACK | {f"[{host}]" if host.count(":") > 1 and host[0] != "[" else host for host in named}


def refusal(method: str, headers: Mapping[str, str], hosts: frozenset[str]) -> Refusal | None:
    """Why a request is not answered; None when it is. ``headers`` are looked up without regard to case.

    A link on another site may be followed here (a navigation by GET); nothing else may come from there.
    """
    authority = headers.get("Host", "").lower()
    host = AUTHORITY.fullmatch(authority)
    if host is None:
        return Refusal(400, "The request has no Host that can be read.")
    if host[1] not in hosts:
        return Refusal(
            421, f"This server is not known as {host[1]}. Open it as localhost, or name that host to it."
        )
    origin = headers.get("Origin")
    if origin is not None and _authority(origin) != authority:
        return Refusal(403, "Pages of other origins may not use this server.")
    site = headers.get("Sec-Fetch-Site", "none").lower()
    if site in SAME:
        return None
    follows = headers.get("Sec-Fetch-Mode") == "navigate" and headers.get("Sec-Fetch-Dest") == "document"
    if follows and method in ("GET", "HEAD"):
        return None
    return Refusal(403, "Pages of other sites may not use this server.")


def _authority(origin: str) -> str | None:
    """Host and port of an origin over HTTP; None for `null` and whatever else."""
    try:
        parts = urlsplit(origin.lower())
    except ValueError:
        return None
    return parts.netloc if parts.scheme in ("http", "https") else None
