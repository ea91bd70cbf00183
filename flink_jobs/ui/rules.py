"""What may be asked of Flink through the door, by whom, and what comes back. No I/O.

Flink's REST interface cancels jobs by GET too (`/jobs/:id/yarn-cancel`), so it is not the method that tells
what changes nothing: only addresses that the pages ask to be shown something are let through.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

COOKIE = "tidewire_ui"
TOKEN = "token"
LONGEST_TARGET = 4096
METHODS = ("GET", "HEAD")
NAME = r"[A-Za-z0-9][A-Za-z0-9._:-]*"
JOB = r"[0-9a-f]{32}"
SHOWN = re.compile(
    "|".join(
        (
            r"/(?:index\.html)?",
            rf"/{NAME}\.(?:js|css|txt)",
            rf"/assets(?:/{NAME})+\.(?:js|css|svg|png|ico|xml|json|ttf|html)",
            r"/(?:config|overview|taskmanagers|jobs|jobs/overview|applications/overview)",
            rf"/applications/{NAME}(?:/exceptions|/jobmanager/(?:config|environment))?",
            r"/jobmanager/(?:config|environment|metrics|log|logs|stdout|thread-dump)",
            rf"/jobmanager/logs/{NAME}",
            rf"/taskmanagers/{NAME}(?:/(?:metrics|log|logs|stdout|thread-dump))?",
            rf"/taskmanagers/{NAME}/logs/{NAME}",
            rf"/jobs/{JOB}(?:/(?:config|plan|exceptions|accumulators|metrics|resource-requirements))?",
            rf"/jobs/{JOB}/checkpoints(?:/config|/details/[0-9]+(?:/subtasks/{JOB})?)?",
            rf"/jobs/{JOB}/rescales/(?:config|history|overview|summary|details/{NAME})",
            rf"/jobs/{JOB}/jobmanager/(?:config|environment|log-url)",
            rf"/jobs/{JOB}/taskmanagers/{NAME}/log-url",
            rf"/jobs/{JOB}/vertices/{JOB}(?:/(?:accumulators|backpressure|metrics|subtasktimes|taskmanagers|watermarks))?",
            rf"/jobs/{JOB}/vertices/{JOB}/subtasks/(?:accumulators|metrics)",
        )
    ),
    re.ASCII,
)
ASKED = ("Accept", "Accept-Encoding", "If-Modified-Since")
ANSWERED = ("Content-Type", "Content-Encoding", "Content-Length", "Last-Modified", "Cache-Control")
HEADERS = {
    # Flink's pages carry styles and a script of their own in the page.
    "Content-Security-Policy": (
        "default-src 'self' data: blob: 'unsafe-inline'; object-src 'none'; base-uri 'self'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def shows_only(method: str, target: str) -> bool:
    """Whether a request changes nothing. ``target``: path and query as they were sent."""
    path = target.partition("?")[0]
    return (
        method in METHODS
        and len(target) <= LONGEST_TARGET
        and target.isascii()
        and target.isprintable()
        and ".." not in path
        and SHOWN.fullmatch(path) is not None
    )


def cookie_of(token: str) -> str:
    """What a browser keeps. Cookies go to every port of a host, so the token itself is none."""
    return hmac.digest(token.encode(), b"cookie of the web UI", "sha256").hex()


def is_token(said: str, token: str) -> bool:
    """In a time that tells nothing."""
    return hmac.compare_digest(said.encode("utf-8", "replace"), token.encode())


def without_token(query: str) -> tuple[str | None, str]:
    """The token in a query, and the query without it."""
    pairs = parse_qsl(query, keep_blank_values=True)
    said = next((value for name, value in pairs if name == TOKEN), None)
    return said, urlencode([(name, value) for name, value in pairs if name != TOKEN])


def chosen(headers: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """These headers alone."""
    return {name: headers[name] for name in names if name in headers}
