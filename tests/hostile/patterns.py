"""Every pattern that the rooms compile, and texts drawn from its own tree that make it go back and forth.

A pattern is slow where a piece can be read in two ways and the end never comes: so a piece that its own
branches made is said again and again, behind a beginning that it takes, before an end that it does not.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import re._parser as parser
from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Any

# Characters by which a set that excludes others, or any character, is stood for.
OTHERS = "aZ7 .-,'\"<>/=&;:_\n%("
CATEGORIES = {"DIGIT": "7", "SPACE": " ", "WORD": "aA7"}


def compiled(rooms: Iterable[str]) -> dict[str, re.Pattern[Any]]:
    """By name: the patterns that stand in their modules, in tables too."""
    found: dict[str, re.Pattern[Any]] = {}
    for room in rooms:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            if not module.name.endswith("__main__"):
                for name, value in vars(importlib.import_module(module.name)).items():
                    for at, each in enumerate(_patterns(value)):
                        found.setdefault(f"{module.name}.{name}.{at}", each)
    return {
        name: each for name, each in found.items() if "\\" in str(each.pattern) or "[" in str(each.pattern)
    }


def _patterns(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, Mapping):
        yield from (each for each in value.values() if isinstance(each, re.Pattern))
    elif isinstance(value, tuple | list):
        yield from (each for each in value if isinstance(each, re.Pattern))


def texts(pattern: re.Pattern[Any], chance: Random, many: int, length: int) -> Iterator[str]:
    """So many texts of that length."""
    tree = parser.parse(pattern.pattern, pattern.flags)
    repeated = _repeated(tree)
    for _ in range(many):
        whole = _said(tree, chance)
        begin, end = sorted((chance.randrange(len(whole) + 1), chance.randrange(len(whole) + 1)))
        piece = whole[begin:end] or "a"
        if repeated and chance.random() < 0.7:
            piece = "".join(_said(chance.choice(repeated), chance) for _ in range(chance.choice((1, 1, 2))))
        head = _said(tree, chance)[: chance.randrange(14)] if chance.random() < 0.7 else ""
        yield (
            head
            + (piece or "a") * (length // len(piece or "a"))
            + chance.choice(("", "!", "\n", "\x00", "z"))
        )


def _said(tree: Any, chance: Random) -> str:
    """One string of those that a tree describes, or nearly."""
    return "".join(_one(str(kind), value, chance) for kind, value in tree)


def _one(kind: str, value: Any, chance: Random) -> str:
    match kind:
        case "LITERAL":
            return chr(value)
        case "NOT_LITERAL":
            return chance.choice([each for each in OTHERS if ord(each) != value])
        case "ANY":
            return chance.choice(OTHERS)
        case "IN":
            return _of_set(value, chance)
        case "BRANCH":
            return _said(chance.choice(value[1]), chance)
        case "SUBPATTERN":
            return _said(value[3], chance)
        case "ATOMIC_GROUP":
            return _said(value, chance)
        case "ASSERT" if value[0] > 0 and chance.random() < 0.5:
            return _said(value[1], chance)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most = int(value[0]), min(int(value[1]), int(value[0]) + 3)
            return "".join(_said(value[2], chance) for _ in range(chance.randint(least, most)))
    return ""


def _of_set(members: Any, chance: Random) -> str:
    if str(members[0][0]) == "NEGATE":
        allowed = [each for each in OTHERS if not any(_holds(member, each) for member in members[1:])]
        return chance.choice(allowed or ["\u4e00"])
    kind, value = chance.choice(members)
    match str(kind):
        case "LITERAL":
            return chr(value)
        case "RANGE":
            return chr(chance.randint(*value))
        case _:
            name = str(value).rpartition("_")[2]
            return chance.choice(" .-" if "NOT" in str(value) else CATEGORIES[name])


def _holds(member: Any, each: str) -> bool:
    kind, value = member
    match str(kind):
        case "LITERAL":
            return bool(chr(value) == each)
        case "RANGE":
            return bool(value[0] <= ord(each) <= value[1])
        case _:
            name = str(value).rpartition("_")[2]
            is_one = {"DIGIT": each.isdigit(), "SPACE": each.isspace(), "WORD": each.isalnum() or each == "_"}
            return is_one[name] != ("NOT" in str(value))


def _repeated(tree: Any) -> list[Any]:
    """The parts of a tree that may be repeated."""
    found: list[Any] = []
    for kind, value in tree:
        match str(kind):
            case "BRANCH":
                found += [part for branch in value[1] for part in _repeated(branch)]
            case "SUBPATTERN":
                found += _repeated(value[3])
            case "ATOMIC_GROUP":
                found += _repeated(value)
            case "ASSERT" | "ASSERT_NOT":
                found += _repeated(value[1])
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                if int(value[1]) > 3:
                    found.append(value[2])
                found += _repeated(value[2])
    return found
