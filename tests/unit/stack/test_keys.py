"""The stack's secrets: the user's alone, made once, and anew before they end."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stack import keys
from stack.keys import RENEWED_BEFORE, VALID, Keys
from telemetry import mutual

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def made(tmp_path: Path) -> Keys:
    assert keys.make(tmp_path / "keys", now=NOW)
    return Keys(tmp_path / "keys")


def test_nobody_else_can_read_them(made: Keys) -> None:
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700
    files = list(made.folder.iterdir())
    assert {each.name for each in files} >= {made.identity.name, made.store.name, made.ui_token.name}
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}
    assert len({keys.read(each) for each in made.passwords}) == len(made.passwords)


def test_they_stay_until_they_near_their_end(made: Keys) -> None:
    before, token = made.identity.read_bytes(), keys.read(made.ui_token)
    assert not keys.make(made.folder, now=NOW + VALID - RENEWED_BEFORE - timedelta(seconds=1))
    assert made.identity.read_bytes() == before
    assert keys.make(made.folder, now=NOW + VALID - RENEWED_BEFORE)
    assert made.identity.read_bytes() != before
    # What has it in its jobs or was told to people is no certificate.
    assert keys.read(made.ui_token) == token
    mutual.context(made.identity)


@pytest.mark.parametrize("hurt", ["store", "identity", "trust", "certificate", "store_password"])
def test_what_is_lost_or_cut_off_is_made_again(made: Keys, hurt: str) -> None:
    lost: Path = getattr(made, hurt)
    lost.unlink()
    assert keys.make(made.folder, now=NOW)
    assert not keys.make(made.folder, now=NOW)
    if hurt in ("store", "identity"):
        lost.write_bytes(lost.read_bytes()[:40])
        assert keys.make(made.folder, now=NOW)
        assert not keys.make(made.folder, now=NOW)


def test_other_names_take_another_certificate(made: Keys) -> None:
    names = (*keys.LOCAL_NAMES, "jobmanager")
    assert keys.make(made.folder, names, NOW)
    assert not keys.make(made.folder, names, NOW)
