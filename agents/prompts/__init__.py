"""What models are told, as Markdown. Their hash is a part of every recipe: a changed word, other briefs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from schemas.identity import hash_of

FOLDER = Path(__file__).parent


class PromptError(ValueError):
    """A folder of prompts cannot be used."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """Texts by file name without ending."""

    texts: dict[str, str]

    @property
    def hash(self) -> str:
        """Of all of them."""
        return hash_of(self.texts)

    def __getitem__(self, name: str) -> str:
        return self.texts[name]


def load(folder: Path | None = None) -> Prompts:
    """The prompts that come with Tidewire, each replaced by the folder's own where it has one.

    Raises PromptError for a folder without prompts, or with one that no step is told.
    """
    texts = _texts(FOLDER)
    if folder is None:
        return Prompts(texts)
    own = _texts(folder)
    if not own:
        raise PromptError(f"{folder}: no prompts (*.md) in this folder")
    if unknown := sorted(own.keys() - texts.keys()):
        raise PromptError(f"{folder}: no step is told {', '.join(unknown)}; there are {', '.join(texts)}")
    if empty := [name for name, text in own.items() if not text]:
        raise PromptError(f"{folder}: {', '.join(empty)}: says nothing")
    return Prompts({**texts, **own})


def _texts(folder: Path) -> dict[str, str]:
    return {path.stem: path.read_text("utf-8").strip() for path in sorted(folder.glob("*.md"))}
