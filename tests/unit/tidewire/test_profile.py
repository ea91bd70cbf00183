"""What a home was started as, and what the user says beside it."""

from __future__ import annotations

import os

import pytest

from tidewire.profile import PRIVATE_HOSTS, Profile

DEMO = Profile(environment={"TIDEWIRE_PRODUCERS_PER_HOST": "16", PRIVATE_HOSTS: "127.0.0.1:19080"})


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    # set before deleted: what a test leaves there is then undone
    for name in DEMO.environment:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def test_roles_get_the_profile_where_the_user_says_nothing() -> None:
    assert DEMO.for_roles() == DEMO.environment
    assert Profile().for_roles() == {}


def test_what_the_user_has_set_stays_for_roles_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWIRE_PRODUCERS_PER_HOST", "2")
    DEMO.apply()
    assert os.environ["TIDEWIRE_PRODUCERS_PER_HOST"] == "2"
    assert DEMO.for_roles()["TIDEWIRE_PRODUCERS_PER_HOST"] == "2"


@pytest.mark.parametrize(
    ("profile", "hosts"), [(DEMO, "127.0.0.1:19080,10.0.0.7,localhost"), (Profile(), "10.0.0.7,localhost")]
)
def test_private_hosts_of_the_user_add_to_the_newswires(
    monkeypatch: pytest.MonkeyPatch, profile: Profile, hosts: str
) -> None:
    monkeypatch.setenv(PRIVATE_HOSTS, "10.0.0.7, localhost")
    profile.apply()
    assert profile.for_roles()[PRIVATE_HOSTS] == hosts


def test_applied_twice_a_host_is_named_once() -> None:
    DEMO.apply()
    DEMO.apply()
    assert DEMO.for_roles() == DEMO.environment
