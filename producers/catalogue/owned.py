"""Carries owners of several domains over from a list of outlets into ``owners_listed.yaml``:

``python -m producers.catalogue.owned media_data.json``, from the folder of ``producers``.

Of the list only who has which domains is taken. A domain that two owners claim is nobody's: whoever is
right, the other must not speak for it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from producers.owners import read
from producers.urls import registrable_domain

TARGET = Path(__file__).parents[1] / "owners_listed.yaml"
KEPT = Path(__file__).parents[1] / "owners.yaml"
HEADER = """# Who owns which domains, by a list of outlets; producers/catalogue/owned.py writes this file.
# Corrections go into owners.yaml, which counts before it.
"""


def owners_in(outlets: Sequence[Mapping[str, Any]], everybody: frozenset[str]) -> dict[str, list[str]]:
    """Registrable domains by owner, of those that have two at least."""
    found: dict[str, set[str]] = {}
    for outlet in outlets:
        domains = {registrable_domain(f"http://{domain.strip().lower()}/") for domain in outlet["domains"]}
        found.setdefault(outlet["organization"].strip(), set()).update(domains - everybody)
    claims = [domain for domains in found.values() for domain in domains]
    several = {
        owner: sorted(domain for domain in domains if claims.count(domain) == 1)
        for owner, domains in found.items()
    }
    return {owner: several[owner] for owner in sorted(several) if len(several[owner]) > 1}


def main() -> None:
    outlets = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    everybody = read([KEPT.read_text("utf-8")]).everybody
    owners = owners_in(outlets, everybody)
    text = yaml.safe_dump({"owners": owners}, allow_unicode=True, width=108, default_flow_style=None)
    TARGET.write_text(HEADER + text, encoding="utf-8")


if __name__ == "__main__":
    main()
