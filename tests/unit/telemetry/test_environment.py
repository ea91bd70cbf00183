"""Who is given which variables of the environment."""

from __future__ import annotations

import pytest

from telemetry.environment import SETTINGS, given, is_secret

KNOWN = {
    "PATH": "/bin",
    "LC_ALL": "C.UTF-8",
    "ANTHROPIC_API_KEY": "k",
    "AWS_SECRET_ACCESS_KEY": "a",
    "GITHUB_TOKEN": "g",
    "HTTPS_PROXY": "http://user:password@proxy.example",
    "DATABASE_URL": "postgres://user:password@db.example",
    "TIDEWIRE_INDEX_API_KEY": "i",
    "TIDEWIRE_HOME": "/home",
    "TIDEWIRE_MODEL_MAX_TOKENS": "9",
    "SSH_AUTH_SOCK": "/agent",
}


def test_a_program_of_others_is_given_no_setting_and_no_secret() -> None:
    assert given(known=KNOWN) == {"PATH": "/bin", "LC_ALL": "C.UTF-8"}


def test_a_role_is_given_settings_that_are_no_secret() -> None:
    names = {"PATH", "LC_ALL", "TIDEWIRE_HOME", "TIDEWIRE_MODEL_MAX_TOKENS"}
    assert given(SETTINGS, known=KNOWN).keys() == names


def test_secrets_go_to_those_that_name_them() -> None:
    found = given(SETTINGS, ("ANTHROPIC_", "HTTPS_PROXY"), KNOWN)
    assert {name for name in found if is_secret(name) or "PROXY" in name} == {
        "ANTHROPIC_API_KEY",
        "HTTPS_PROXY",
    }
    assert given((), ("TIDEWIRE_INDEX_",), KNOWN)["TIDEWIRE_INDEX_API_KEY"] == "i"


@pytest.mark.parametrize("name", ["X_API_KEY", "TOKEN", "db_password", "A_CREDENTIALS_FILE", "MY_SECRET"])
def test_a_secret_is_known_by_its_name(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", ["MAX_TOKENS", "KEYS", "MONKEY_BARS", "AUTHOR", "PATH"])
def test_what_only_sounds_alike_is_none(name: str) -> None:
    assert not is_secret(name)
