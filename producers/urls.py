"""One spelling for each page: canonical URLs. Pure.

The libraries below take long for long input, so that nothing reaches them that is longer than
schemas.limits allows: neither a URL nor the host in it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from publicsuffixlist import PublicSuffixList
from url_normalize import url_normalize
from w3lib.url import canonicalize_url, url_query_cleaner

from schemas.covering import TRACKING
from schemas.limits import HOST_CHARACTERS, URL_CHARACTERS
from schemas.strings import sanitised

# The cache holds at most this many times URL_CHARACTERS twice.
_REMEMBERED = 1_024
_SUFFIXES = PublicSuffixList()
_IP_LITERAL = re.compile(r"[\d.]+|.*:.*")
# As browsers read it: any number of slashes of either kind, and schemes of feeds before that of the web.
_WEB = re.compile(
    r"(?:(?:feed|https?|ftps?|pcast|itpc|rss|podcast|wss?)(?::|%3a))+[/\\]*|[/\\]{2,}", re.IGNORECASE
)
_AUTHORITY_END = re.compile(r"[/\\?#]")
# "@", encoded, and what compatibility forms make of it: full width and small.
_AT = ("@", "%40", "\uff20", "\ufe6b")
# RFC 1034; and the dots of IDNA.
LABEL_CHARACTERS = 63
_DOT = re.compile("[.\u3002\uff0e\uff61]")
_NOT_IN_URLS = re.compile("[\t\r\n]")
# But for the port's colon.
_NOT_IN_HOSTS = re.compile("[\\x00-\\x20\\x7f/\\\\?#@%<>^|\\[\\]\ufffd]|:.*:")
_BEFORE = "".join(map(chr, range(0x21)))


def canonical_url(url: str) -> str:
    """The page's one spelling, without fragment, tracking and whoever was logged in; empty for what is
    no http(s) URL or longer than URLs may be."""
    if len(url) > URL_CHARACTERS:
        return ""
    bare = _with_plain_host(without_userinfo(url))
    return _canonical(bare) if bare and _is_short(_authority(bare)) else ""


@lru_cache(maxsize=_REMEMBERED)
def _canonical(url: str) -> str:
    try:
        # Again: what had no scheme before has one now.
        normal = without_userinfo(str(url_normalize(url) or ""))
        if len(normal) > URL_CHARACTERS:
            return ""
        parts = urlsplit(normal)
        if parts.scheme not in ("http", "https") or not 0 < len(parts.hostname or "") <= HOST_CHARACTERS:
            return ""
        tracking = [
            n for n in (part.partition("=")[0] for part in parts.query.split("&")) if TRACKING.fullmatch(n)
        ]
        cleaned = (
            url_query_cleaner(normal, tracking, remove=True, unique=False, keep_fragments=False)
            if tracking
            else normal
        )
        canonical = str(canonicalize_url(cleaned, keep_blank_values=True, keep_fragments=False))
    except (ValueError, UnicodeError):
        return ""
    # A surrogate, or what was percent-encoded as one, is no part of a URL that a record can hold.
    whole = canonical == sanitised(canonical, URL_CHARACTERS)
    return canonical if whole else ""


def without_userinfo(url: str) -> str:
    """The same URL without name and password, however it is spelt; what has none comes back as it was.

    For URLs of the web and of feeds: ``mailto:`` and ``tag:`` have an ``@`` that is no password's end.
    Linear.
    """
    spelt, begin, end = _userinfo(url)
    return spelt[:begin] + spelt[end:] if end > begin else url


def userinfo(url: str) -> str:
    """What ``without_userinfo`` takes away, with what ends it; empty where that is nothing."""
    spelt, begin, end = _userinfo(url)
    return spelt[begin:end]


def _userinfo(url: str) -> tuple[str, int, int]:
    """The URL as a browser reads it, and from where to where in it a user and a password stand."""
    spelt = _NOT_IN_URLS.sub("", url).lstrip(_BEFORE)
    scheme = _WEB.match(spelt)
    if scheme is None:
        return spelt, 0, 0
    begin = scheme.end()
    end = _authority_end(spelt, begin)
    found = ((spelt.rfind(each, begin, end), len(each)) for each in _AT)
    return spelt, begin, max((at + length if at >= 0 else begin for at, length in found), default=begin)


def _with_plain_host(url: str) -> str:
    """The URL with no percent-encoding in its host, as browsers read it; empty where something else than a
    host comes of that."""
    spelt = _NOT_IN_URLS.sub("", url).lstrip(_BEFORE)
    scheme = _WEB.match(spelt)
    begin = scheme.end() if scheme else 0
    end = _authority_end(spelt, begin)
    authority = spelt[begin:end]
    if "%" not in authority or authority.startswith("["):
        return url
    plain = unquote(authority, errors="replace")
    return "" if _NOT_IN_HOSTS.search(plain) else spelt[:begin] + plain + spelt[end:]


def _is_short(authority: str) -> bool:
    """Encoding a label takes time with the square of its length; no name server knows a longer one."""
    labels = _DOT.split(authority.rpartition(":")[0] or authority)
    return len(authority) <= HOST_CHARACTERS + len(":65535") and max(map(len, labels)) <= LABEL_CHARACTERS


def _authority(url: str) -> str:
    spelt = _NOT_IN_URLS.sub("", url).lstrip(_BEFORE)
    scheme = _WEB.match(spelt)
    begin = scheme.end() if scheme else 0
    return spelt[begin : _authority_end(spelt, begin)]


def _authority_end(spelt: str, begin: int) -> int:
    found = _AUTHORITY_END.search(spelt, begin)
    return found.start() if found else len(spelt)


def is_site_root(url: str) -> bool:
    """Whether a canonical URL is a site's front page, which identifies no entry."""
    if len(url) > URL_CHARACTERS:
        return False
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def registrable_domain(url: str) -> str:
    """The publisher's domain by the Public Suffix List, such as ``bbc.co.uk``; the bare host for an
    address or a name without a public suffix; empty for what is no URL."""
    if len(url) > URL_CHARACTERS:
        return ""
    try:
        host = (urlsplit(url).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""
    if host != sanitised(host, HOST_CHARACTERS):
        return ""
    if not host or _IP_LITERAL.fullmatch(host):
        return host
    return str(_SUFFIXES.privatesuffix(host) or host)
