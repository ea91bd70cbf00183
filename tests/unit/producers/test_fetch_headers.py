"""What response headers ask for, and who we say we are."""

import pytest

from producers.fetch import host_of, redirected, returnable, user_agent
from producers.freshness import server_delay_s

DATE = "Mon, 05 Jan 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": "Mon, 05 Jan 2026 10:05:00 GMT", "Date": DATE}, 300),
        ({"Retry-After": "soon"}, 0),
        ({"Cache-Control": "public, max-age=600"}, 600),
        ({"Cache-Control": 'max-age="600"'}, 600),
        ({"Cache-Control": "max-age=0", "Expires": "Tue, 06 Jan 2026 10:00:00 GMT", "Date": DATE}, 0),
        ({"Cache-Control": "no-cache", "Expires": "Tue, 06 Jan 2026 10:00:00 GMT", "Date": DATE}, 0),
        ({"Expires": "Mon, 05 Jan 2026 11:00:00 GMT", "Date": DATE}, 3_600),
        ({"Expires": "Sun, 04 Jan 2026 11:00:00 GMT", "Date": DATE}, 0),
        ({"Expires": "0"}, 0),
        ({"Expires": "-1", "Date": DATE}, 0),
        ({"Cache-Control": "max-age=60", "Retry-After": "120"}, 120),
        ({"Retry-After": "9" * 5_000}, float("inf")),
        ({"Retry-After": "\udcff"}, 0),
        ({"Expires": "\x00" * 5_000, "Date": DATE}, 0),
        ({"Expires": "Mon, 05 Jan 99999999999 11:00:00 GMT", "Date": DATE}, 0),
        ({"Expires": ", , ,", "Date": "0 0 0 0 0"}, 0),
    ],
)
def test_the_longest_wait_that_is_asked_for_counts(headers: dict[str, str], seconds: float) -> None:
    assert server_delay_s(headers) == seconds


def test_we_say_who_we_are_and_where_to_complain() -> None:
    assert user_agent("") == "Tidewire/0.1 (feed reader)"
    assert user_agent("mailto:desk@a.example") == "Tidewire/0.1 (feed reader; +mailto:desk@a.example)"


def test_limits_are_kept_by_host_and_port() -> None:
    assert host_of("http://user@A.example:81/x") == "a.example:81"
    assert host_of("http://[bad") == ""


def test_dates_of_any_text_are_no_failure() -> None:
    for said in (
        *(chr(n) for n in range(256)),
        "-",
        "--",
        ",",
        "a b c d e",
        "1 2 3 4:5:6 7",
        "Mon, 1 Jan 1 0:0:0 -9999",
    ):
        assert server_delay_s({"Expires": said * 3, "Date": said, "Retry-After": said}) >= 0


def test_redirects_are_ascii_without_a_user() -> None:
    assert redirected("http://a.example/x", "/caf\udce9") == "http://a.example/caf%E9"
    assert redirected("http://a.example/x", "https://u:p@b.example/ä b") == "https://b.example/%C3%A4%20b"


def test_validators_are_kept_as_they_are_or_not_at_all() -> None:
    assert returnable('W/"ä"') == 'W/"ä"'
    for said in (None, "", '"\udcff"', '"\x1b"', " x", '"e\u0301"', "x" * 2_000):
        assert returnable(said) is None
