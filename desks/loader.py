"""Loads desks from their files.

A desk is one YAML file named after it. Its hash is part of every brief's recipe, so any change to
the bytes of the file, a comment included, makes new briefs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from desks.quiet import QuietHours

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


class DeskError(Exception):
    """A desk file cannot be used; the message names file and line."""


class DeskFile(BaseModel):
    """What a desk's file says."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)

    name: Name
    title: Text
    mandate: Text
    audience: Text
    questions: tuple[Text, ...] = ()
    # What a brief of this desk has, in order; for writers, not for routing.
    sections: tuple[Text, ...] = ()
    # ISO 639-1; empty accepts every language.
    languages: tuple[Language, ...] = ()
    # As feeds name them; compared without regard to case.
    categories: tuple[Text, ...] = ()
    entities: tuple[Text, ...] = ()
    # Words or phrases; a final * also matches longer words.
    keywords: tuple[Text, ...] = ()
    # Texts as a story of this desk might begin; a story near to one of them by meaning is routed here.
    prototypes: tuple[Text, ...] = ()
    # Cosine to the nearest of them from which a story is near. Unrelated English news has 0.1 to 0.3.
    prototypes_floor: Annotated[float, Field(gt=0.0, le=1.0)] = 0.35
    # Below it a move of a story is no assignment; 0 takes every material move.
    min_materiality: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    # When nothing goes to the desk but what is urgent; the rest waits for their end.
    quiet_hours: QuietHours | None = None


class Desk(DeskFile):
    """A loaded desk."""

    # SHA-256 over the file's bytes, hex.
    file_hash: str


def load_desks(folder: Path | None = None) -> tuple[Desk, ...]:
    """All desks of a folder (by default the ones that come with Tidewire), sorted by name.

    Raises DeskError, naming file and line, if a file is not a valid desk or the folder holds none.
    """
    folder = folder or Path(__file__).parent
    desks = tuple(load_desk(path) for path in sorted(folder.glob("*.yaml")))
    if not desks:
        raise DeskError(f"{folder}: no desk (*.yaml) in this folder; add one")
    return desks


def load_desk(path: Path) -> Desk:
    """The desk of one file. Raises DeskError naming file and line."""
    data = path.read_bytes()
    root, content = _parse(path, data)
    try:
        parsed = DeskFile.model_validate(content)
    except ValidationError as error:
        problems = [(problem["loc"], problem["msg"]) for problem in error.errors()]
        raise DeskError(
            "\n".join(f"{path}:{_line(root, at)}: {'.'.join(map(str, at))}: {said}" for at, said in problems)
        ) from error
    if parsed.name != path.stem:
        line = _line(root, ("name",))
        raise DeskError(f"{path}:{line}: name: {parsed.name!r} must be the file's name, {path.stem!r}")
    return Desk(**parsed.model_dump(), file_hash=hashlib.sha256(data).hexdigest())


def _parse(path: Path, data: bytes) -> tuple[yaml.Node, object]:
    try:
        root = yaml.compose(data, Loader=yaml.SafeLoader)
        content = yaml.safe_load(data)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise DeskError(f"{path}:{line}: not YAML: {error.problem or error.context}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise DeskError(f"{path}:1: not YAML: {error}") from error
    if not isinstance(root, yaml.MappingNode):
        raise DeskError(f"{path}:1: a desk is a mapping of settings")
    for line, key in _repeated(root):
        raise DeskError(f"{path}:{line}: {key}: given twice")
    return root, content


def _repeated(root: yaml.MappingNode) -> Iterator[tuple[int, str]]:
    seen = set()
    for key, _ in root.value:
        if key.value in seen:
            yield key.start_mark.line + 1, key.value
        seen.add(key.value)


def _line(node: yaml.Node, location: tuple[int | str, ...]) -> int:
    """The line of the deepest node of the location that exists; a missing key is at its mapping."""
    line = node.start_mark.line + 1
    for step in location:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == step), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return line
