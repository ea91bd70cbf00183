"""A request is answered for what it says of where it comes from, in whatever spelling."""

import pytest

from telemetry.callers import LOOPBACK, allowed_hosts, refusal

OWN = {"Host": "127.0.0.1:18080"}


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:1",
        "localhost.",
        "127.0.0.1",
        "127.0.0.1:18080",
        "[::1]",
        "[::1]:18080",
        "desk:1",
    ],
)
def test_its_own_names_are_answered(host: str) -> None:
    assert refusal("GET", {"Host": host}, allowed_hosts("0.0.0.0", ["Desk"])) is None


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 421),
        ("evil.example:18080", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example:18080", 421),
        ("127.1", 421),
        ("0.0.0.0:18080", 421),
        ("[::]:18080", 421),
        ("[::ffff:127.0.0.1]:18080", 421),
        ("", 400),
        ("localhost@evil.example", 400),
        ("localhost:18080:1", 400),
        ("evil.example localhost", 400),
        ("localhost, evil.example", 400),
        ("ⅼocalhost", 400),
        ("[::1", 400),
        ("localhost..", 421),
        ("a" * 100_000, 400),
    ],
)
def test_other_names_are_not(host: str, status: int) -> None:
    refused = refusal("GET", {"Host": host}, LOOPBACK)
    assert refused is not None
    assert refused.status == status


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1:9"},
        {"Origin": "http://localhost:18080"},
        {"Origin": "http://127.0.0.1:18080.evil.example"},
        {"Origin": "http://[::1"},
        {"Origin": "file://127.0.0.1:18080"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "whatever comes"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ],
)
def test_other_pages_are_refused(headers: dict[str, str], method: str) -> None:
    refused = refusal(method, {**OWN, **headers}, LOOPBACK)
    assert refused is not None
    assert refused.status == 403


def test_its_own_page_and_programs_are_answered_and_links_may_be_followed() -> None:
    assert refusal("POST", {**OWN, "Origin": "http://127.0.0.1:18080"}, LOOPBACK) is None
    assert refusal("GET", {**OWN, "Sec-Fetch-Site": "same-origin"}, LOOPBACK) is None
    assert refusal("GET", {**OWN, "Sec-Fetch-Site": "none"}, LOOPBACK) is None
    link = {**OWN, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert refusal("GET", link, LOOPBACK) is None
    assert refusal("POST", link, LOOPBACK) is not None


def test_a_wildcard_is_no_name() -> None:
    assert allowed_hosts("0.0.0.0") == allowed_hosts("::") == LOOPBACK
    assert allowed_hosts("fd00::1") == LOOPBACK | {"[fd00::1]"}
