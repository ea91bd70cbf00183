"""What response headers ask for, and who we say we are."""

import pytest

from producers.fetch import host_of, server_delay_s, user_agent

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
