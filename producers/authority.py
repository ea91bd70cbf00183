"""Whether a feed may speak for the article at a URL. Pure, and without memory.

It may if the URL's host has the owner of the feed's publisher, of the feed's own address, or of another
publisher of its family. Whatever else it shows is a *sighting*: an entry of its own that says "this
stands there". See docs/decisions/authority.md.
"""

from __future__ import annotations

from functools import lru_cache

from producers.owners import owner_named, owner_of
from producers.urls import canonical_url
from schemas.records import FeedSpec, Standing


def standing(spec: FeedSpec, url: str) -> Standing:
    """Of an entry at a canonical URL. An entry without one is its feed's own."""
    if not url:
        return Standing.OWN
    owner = owner_of(url)
    speaks = bool(owner) and owner in _owners(spec.publisher, spec.url, spec.family, spec.domains)
    return Standing.OWN if speaks else Standing.SIGHTING


@lru_cache(maxsize=1_024)
def _owners(publisher: str, url: str, family: str, domains: tuple[str, ...]) -> frozenset[str]:
    """Whom a feed speaks for. A family is listed by its owner's name in the tables, or by a domain."""
    found = {owner_named(publisher), owner_of(canonical_url(url)), owner_named(family), family.strip()}
    found.update(owner_named(domain) for domain in domains)
    return frozenset(found - {""})
