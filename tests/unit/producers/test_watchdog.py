"""A call that does not come back ends the worker; one that does leaves it alone."""

import threading

from producers.watchdog import Watchdog


def test_a_call_that_does_not_return_is_given_up() -> None:
    given_up = threading.Event()
    with Watchdog(0.01, given_up.set).watching("commit"):
        assert given_up.wait(10)


def test_a_call_that_returns_is_left_alone() -> None:
    given_up = threading.Event()
    watchdog = Watchdog(0.2, given_up.set)
    for _ in range(3):
        with watchdog.watching("commit"):
            pass
    assert not given_up.wait(0.5)


def test_a_call_that_fails_is_not_watched_on() -> None:
    given_up = threading.Event()
    try:
        with Watchdog(0.2, given_up.set).watching("commit"):
            raise ValueError("refused")
    except ValueError:
        pass
    assert not given_up.wait(0.5)
