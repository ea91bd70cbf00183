"""Who owns the host of a URL: by the Public Suffix List and the project's own tables of owners. Pure.

Two hosts have one owner if they share a registrable domain, or if a table says that their domains are one:
``owners.yaml``, kept by hand, and ``owners_listed.yaml``, carried over from a list of outlets. Spellings of
a name (case, trailing dot, Unicode or ASCII) are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from urllib.parse import urlsplit

import yaml

from producers.urls import canonical_url, registrable_domain
from schemas.covering import is_registrable
from schemas.limits import HOST_CHARACTERS

TABLES = ("owners.yaml", "owners_listed.yaml")
PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")


@dataclass(frozen=True, slots=True)
class Owners:
    """``names`` by domain; domains below which each host is its own, and those that are everybody's."""

    names: Mapping[str, str]
    suffixes: frozenset[str]
    everybody: frozenset[str]

    def of_host(self, host: str) -> str:
        """Of a name in ASCII: an owner's name or the domain; empty where anybody may write."""
        above = _above(host)
        if any(each in self.everybody for each in above):
            return ""
        for below, each in pairwise(above):
            if each in self.suffixes:
                return "" if below == f"www.{each}" else below
        # At a suffix itself whoever rents from it has a path: buckets, pages, blogs.
        if host in self.suffixes or not is_registrable(host):
            return ""
        domain = registrable_domain(f"http://{host}/")
        return self.names.get(domain, domain)


def owner_of(url: str) -> str:
    """Of what stands at a canonical URL; empty if it is anybody's, or no URL.

    An address, and a name without a dot, has no registrable domain: its owner is that of one port.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return ""
    host = host.rstrip(".")
    if _is_bare(host):
        return f"{host}:{port}"
    return tables().of_host(host) if _NAME.fullmatch(host) else ""


def owner_named(domain: str) -> str:
    """Of a publisher as a catalogue names it, in any spelling: a domain. Empty for other names."""
    plain = domain.strip()
    if "." not in plain or len(plain) > HOST_CHARACTERS:
        return ""
    url = canonical_url(f"http://{plain}/")
    return "" if _is_bare(urlsplit(url).hostname or "") else owner_of(url)


def read(texts: Iterable[str]) -> Owners:
    """Of tables as text; what comes first counts. Raises ValueError for a domain that two owners claim."""
    names: dict[str, str] = {}
    suffixes: set[str] = set()
    everybody: set[str] = set()
    for text in texts:
        table = yaml.safe_load(text)
        mine: dict[str, str] = {}
        for owner, domains in table.get("owners", {}).items():
            for domain in domains:
                if domain in mine:
                    raise ValueError(f"{domain} is listed under {mine[domain]} and under {owner}")
                mine[domain] = owner
        # One owner under two names, in two tables, is the first name.
        for owner, domains in table.get("owners", {}).items():
            known = next((names[each] for each in domains if each in names), owner)
            for domain in domains:
                names.setdefault(domain, known)
        suffixes.update(table.get("suffixes", ()))
        everybody.update(table.get("everybody", ()))
    return Owners(names, frozenset(suffixes), frozenset(everybody))


@lru_cache(maxsize=1)
def tables() -> Owners:
    """Those that come with Tidewire."""
    return read(resources.files(__package__).joinpath(name).read_text("utf-8") for name in TABLES)


def _above(host: str) -> list[str]:
    """The name and those it lies below, longest first. Not more than a host may have labels."""
    labels = host.split(".")
    return [".".join(labels[n:]) for n in range(len(labels))]


def _is_bare(host: str) -> bool:
    """Whether it is an address, in whatever notation, or a name of one label."""
    return bool(host) and ("." not in host or ":" in host or host.rpartition(".")[2][:1].isdigit())
