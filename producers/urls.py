"""One spelling for each page: canonical URLs. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList
from url_normalize import url_normalize
from w3lib.url import canonicalize_url, url_query_cleaner

# Parameters that say where a click came from and never which page is meant.
TRACKING = re.compile(
    r"utm_\w+|mtm_\w+|pk_\w+|hsa_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid"
    r"|mc_cid|mc_eid|_hsenc|_hsmi|vero_id|wt_mc|wtmc|xtor|ncid|cmpid|at_(?:medium|campaign|custom\d|link_\w+)"
    r"|ns_(?:mchannel|source|campaign|linkname|fee)|ref_src|feedtype|__twitter_impression",
    re.IGNORECASE,
)
_SUFFIXES = PublicSuffixList()
_IP_LITERAL = re.compile(r"[\d.]+|.*:.*")


@lru_cache(maxsize=8_192)
def canonical_url(url: str) -> str:
    """The page's one spelling, without fragment and tracking; empty for what is no http(s) URL."""
    try:
        normal = str(url_normalize(url) or "")
        if urlsplit(normal).scheme not in ("http", "https") or not urlsplit(normal).hostname:
            return ""
        query = urlsplit(normal).query
        tracking = [n for n in (part.partition("=")[0] for part in query.split("&")) if TRACKING.fullmatch(n)]
        cleaned = (
            url_query_cleaner(normal, tracking, remove=True, unique=False, keep_fragments=False)
            if tracking
            else normal
        )
        return str(canonicalize_url(cleaned, keep_blank_values=True, keep_fragments=False))
    except (ValueError, UnicodeError):
        return ""


def is_site_root(url: str) -> bool:
    """Whether a canonical URL is a site's front page, which identifies no entry."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def registrable_domain(url: str) -> str:
    """The publisher's domain by the Public Suffix List, such as ``bbc.co.uk``; the bare host for an
    address or a name without a public suffix; empty for what is no URL."""
    try:
        host = (urlsplit(url).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""
    if not host or _IP_LITERAL.fullmatch(host):
        return host
    return str(_SUFFIXES.privatesuffix(host) or host)
