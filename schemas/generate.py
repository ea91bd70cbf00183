"""Writes ``records.py`` from ``avro/*.avsc``: ``python -m schemas.generate``.

Avro types map to Python ones as: enum to StrEnum, record to a frozen dataclass, array to
tuple, timestamp-millis to int (epoch milliseconds, UTC), union with null to ``X | None``.
"""

from __future__ import annotations

import json
import pprint
import textwrap
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
AVRO = HERE / "avro"
TARGET = HERE / "records.py"
PRIMITIVES = {
    "string": "str",
    "int": "int",
    "long": "int",
    "double": "float",
    "boolean": "bool",
    "bytes": "bytes",
}
HEADER = '''"""Records of the log. Generated from avro/*.avsc by schemas.generate: edit those instead."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Record:
    """Base of every generated record."""

    __slots__ = ()
'''


class _Writer:
    def __init__(self) -> None:
        self.blocks: list[str] = []
        self.defined: dict[str, Any] = {}

    def type_of(self, node: Any) -> str:
        """The Python annotation of an Avro type; named types met on the way are defined."""
        if isinstance(node, str):
            return PRIMITIVES.get(node, node)
        if isinstance(node, list):
            inner = [self.type_of(member) for member in node if member != "null"]
            return " | ".join([*inner, "None"])
        kind = node["type"]
        if kind == "array":
            return f"tuple[{self.type_of(node['items'])}, ...]"
        if kind in ("record", "enum"):
            self.define(node)
            return str(node["name"])
        return self.type_of(kind)

    def define(self, node: dict[str, Any]) -> None:
        name = node["name"]
        shape = _without_docs(node)
        if name in self.defined:
            if self.defined[name] != shape:
                raise ValueError(f"{name} is defined twice, differently; give one of them another name")
            return
        self.defined[name] = shape
        self.blocks.append(self._enum(node) if node["type"] == "enum" else self._record(node))

    def _enum(self, node: dict[str, Any]) -> str:
        members = "\n".join(f'    {symbol} = "{symbol}"' for symbol in node["symbols"])
        doc = f'    """{node["doc"]}"""\n\n' if node.get("doc") else ""
        return f"class {node['name']}(StrEnum):\n{doc}{members}\n"

    def _record(self, node: dict[str, Any]) -> str:
        lines = []
        for field in sorted(node["fields"], key=lambda f: "default" in f):
            annotation = self.type_of(field["type"])
            if field.get("doc"):
                lines += textwrap.wrap(field["doc"], 90, initial_indent="    # ", subsequent_indent="    # ")
            default = f" = {self._default(field)}" if "default" in field else ""
            lines.append(f"    {field['name']}: {annotation}{default}")
        doc = f'    """{node["doc"]}"""\n\n' if node.get("doc") else ""
        body = "\n".join(lines)
        return (
            f"@dataclass(frozen=True, slots=True, kw_only=True)\nclass {node['name']}(Record):\n{doc}{body}\n"
        )

    def _default(self, field: dict[str, Any]) -> str:
        node, value = field["type"], field["default"]
        if isinstance(node, dict) and node["type"] == "enum":
            return f"{node['name']}.{value}"
        if isinstance(node, str) and node in self.defined and self.defined[node]["type"] == "enum":
            return f"{node}.{value}"
        if isinstance(node, dict) and node["type"] == "record":
            return f"{node['name']}()"
        if node == "bytes":
            return repr(str(value).encode("latin-1"))
        if isinstance(value, list):
            return "()"
        return pprint.pformat(value) if not isinstance(value, str) else json.dumps(value)


def _without_docs(node: Any) -> Any:
    if isinstance(node, dict):
        return {k: _without_docs(v) for k, v in node.items() if k not in ("doc", "namespace")}
    if isinstance(node, list):
        return [_without_docs(member) for member in node]
    return node


def render() -> str:
    """The text of records.py for the schemas in avro/."""
    writer = _Writer()
    names = []
    for path in sorted(AVRO.glob("*.avsc")):
        node = json.loads(path.read_text(encoding="utf-8"))
        writer.define(node)
        names.append((node["name"], path.name))
    table = "".join(f'    "{file}": {name},\n' for name, file in names)
    files = f"SCHEMA_FILES: dict[str, type[Record]] = {{\n{table}}}\n"
    return "\n\n".join([HEADER, *writer.blocks, files])


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
