"""Reads the sample's YAML files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from newswire.model import SampleError


def read_yaml(path: Path) -> Any:
    """The file's content. Raises SampleError naming file and line."""
    try:
        with path.open("rb") as file:
            return yaml.load(file, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise SampleError(f"{path.name}: {error}") from error
