"""What the agents would refuse is said before anything is started."""

from pathlib import Path

import pytest

from desks import DeskError
from tidewire.running import check_agents


def test_a_desk_file_with_a_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sport.yaml").write_text("name: sport\naudiance: fans\n")
    monkeypatch.setenv("TIDEWIRE_AGENTS_DESKS", str(tmp_path))
    with pytest.raises(DeskError, match=r"sport\.yaml"):
        check_agents()


@pytest.mark.parametrize("kind", ["antropic", "llama.cpp"])
def test_an_endpoint_that_cannot_be_used(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "of-a-test")
    monkeypatch.setenv("TIDEWIRE_MODEL_ENDPOINT", kind)
    with pytest.raises(ValueError, match=r"(?i)endpoint|anthropic|llama"):
        check_agents()


def test_a_model_without_a_price(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "of-a-test")
    monkeypatch.setenv("TIDEWIRE_WRITER_SMALL_MODEL", "nobody-knows-it")
    with pytest.raises(ValueError, match="nobody-knows-it"):
        check_agents()


def test_what_can_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "of-a-test")
    check_agents()
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    check_agents()
