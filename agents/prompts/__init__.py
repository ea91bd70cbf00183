"""What models are told, as Markdown. Their hash is a part of every recipe: a changed word, other briefs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from schemas.identity import hash_of

FOLDER = Path(__file__).parent


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


@lru_cache(maxsize=8)
def load(folder: Path = FOLDER) -> Prompts:
    """All prompts of a folder. Raises FileNotFoundError if there is none."""
    texts = {path.stem: path.read_text("utf-8").strip() for path in sorted(folder.glob("*.md"))}
    if not texts:
        raise FileNotFoundError(f"{folder}: no prompts (*.md) in this folder")
    return Prompts(texts)
