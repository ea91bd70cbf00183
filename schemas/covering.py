"""Which spellings of a URL or a publisher a takedown reaches, as regular expressions. Pure.

One expression serves Python and Flink's SQL, whose engine is Java's: it uses only what means the same in
both, so the two cannot differ. It is matched from the beginning, and linear but for a host's length.

One page are: http and https; any user and port; ``www.``, ``m.``, ``mobile.`` and ``amp.`` before the host; a
dot behind it; a host in any case, in Unicode or in ASCII; a character and its percent-encoding; slashes that
are doubled; and a slash at the end, or none. Tracking parameters do not count, nor the order of the others.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes, urlsplit

from publicsuffixlist import PublicSuffixList

# Parameters that say where a click came from and never which page is meant.
TRACKING = re.compile(
    r"utm_\w+|mtm_\w+|pk_\w+|hsa_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid"
    r"|mc_cid|mc_eid|_hsenc|_hsmi|vero_id|wt_mc|wtmc|xtor|ncid|cmpid|at_(?:medium|campaign|custom\d|link_\w+)"
    r"|ns_(?:mchannel|source|campaign|linkname|fee)|ref_src|feedtype|__twitter_impression",
    re.IGNORECASE,
)
_SUFFIXES = PublicSuffixList()
_SAME_SITE = re.compile(r"(?:www[0-9]?|m|mobile|amp)\.", re.IGNORECASE)
_BEFORE = r"(?:(?iu:www[0-9]?|m|mobile|amp)\.)*"
_SCHEME = r"^\s*(?i:https?):/+(?:[^/?#]*@)?"
_AFTER = r"\.?(?::[0-9]*)?"
_SLASH = r"(?:/(?:\.(?=/))?|%2[Ff])+"
_DOTS = re.compile("[\u3002\uff0e\uff61]")
# Or the dot's percent-encoding: logs of earlier producers hold hosts that were not decoded.
_DOTTED = "(?:[.\u3002\uff0e\uff61]|%2[Ee])"
_LONE = range(0xDC80, 0xDD00)


@dataclass(frozen=True, slots=True)
class Publisher:
    """``domain`` in ASCII; expressions for how a record names its publisher, and for URLs below it."""

    domain: str
    name: str
    url: str


@lru_cache(maxsize=4_096)
def url_pattern(prefix: str) -> str:
    """Of URLs that begin as ``prefix`` does; empty if that is no beginning of URLs."""
    try:
        parts = urlsplit(prefix.strip())
        host = _host(parts.hostname or "")
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host:
        return ""
    bare = _bare(host)
    before = _BEFORE if is_registrable(bare) else ""
    start = f"{_SCHEME}{before}{_host_pattern(bare)}{_AFTER}"
    parameters = [each for each in parts.query.split("&") if each and not _is_tracking(each)]
    path = _decoded(parts.path) or "/"
    if not parameters:
        return f"{start}{_path_pattern(path)}"
    wanted = "".join(rf"(?=[^#]*[?&]{_parameter(each)}(?:[&#]|$))" for each in parameters)
    return rf"{start}{_path_pattern(path.rstrip('/') + '/')}(?=[?]){wanted}"


@lru_cache(maxsize=4_096)
def publisher(said: str) -> Publisher | None:
    """Of a domain, or of a host or URL with one; None for a name that no public suffix ends, whose hosts may
    be anybody's."""
    text = said.strip()
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
        domain = _bare(_host(host))
    except ValueError:
        return None
    if not is_registrable(domain):
        return None
    below = rf"(?:[^/?#@:\s]*{_DOTTED})?{_host_pattern(domain)}"
    return Publisher(domain, rf"^\s*{below}\.?\s*$", rf"{_SCHEME}{below}{_AFTER}(?:[/?#]|$)")


def matches(pattern: str, text: str) -> bool:
    """Whether a text is one of a pattern's; the empty pattern has none."""
    return bool(pattern) and _compiled(pattern).match(text) is not None


def is_registrable(host: str) -> bool:
    """Whether a host in ASCII lies at or below a domain that somebody has registered."""
    return "." in host and not host.replace(".", "").isdigit() and bool(_SUFFIXES.privatesuffix(host))


@lru_cache(maxsize=4_096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _host(said: str) -> str:
    """In ASCII and lower case, without dots at its end."""
    host = _DOTS.sub(".", unicodedata.normalize("NFKC", _decoded(said)).lower()).strip(".")
    return ".".join(map(_ascii, host.split(".")))


def _ascii(label: str) -> str:
    # Punycode by itself is IDNA 2008, in which no letter is another.
    return label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"


def _bare(host: str) -> str:
    """Without what stands before the host of one site; ``m.com`` is a site of its own."""
    while (found := _SAME_SITE.match(host)) and is_registrable(host[found.end() :]):
        host = host[found.end() :]
    return host


def _host_pattern(host: str) -> str:
    return f"(?iu:{_DOTTED.join(map(_label_pattern, host.split('.')))})"


def _label_pattern(label: str) -> str:
    spelt = {label}
    if label.startswith("xn--"):
        try:
            spelt.add(label[4:].encode("ascii").decode("punycode"))
        except UnicodeError:
            return re.escape(label)
    named = ["".join(map(_character, each)) for each in sorted(spelt)]
    return named[0] if len(named) == 1 else f"(?:{'|'.join(named)})"


def _path_pattern(path: str) -> str:
    pieces = [each for each in path.split("/") if each not in ("", ".")]
    inner = _SLASH.join("".join(map(_character, each)) for each in pieces)
    whole = f"{_SLASH}{inner}" if inner else ""
    # With a slash at its end, the page itself too.
    return rf"{whole}(?:{_SLASH}|(?=[?#])|$)" if path.endswith("/") else whole


def _parameter(said: str) -> str:
    name, _, value = _decoded(said.replace("+", " ")).partition("=")
    spelt = ("".join(map(_in_query, each)) for each in (name, value))
    return rf"{'='.join(spelt)}" if value else f"{''.join(map(_in_query, name))}=?"


def _in_query(each: str) -> str:
    return r"(?:[+ ]|%20)" if each == " " else _character(each)


def _character(each: str) -> str:
    """It or its percent-encoding."""
    if ord(each) in _LONE:
        return _encoded(bytes([ord(each) - 0xDC00]))
    return f"(?:{re.escape(each)}|{_encoded(each.encode())})"


def _encoded(data: bytes) -> str:
    return "".join("%" + "".join(_digit(digit) for digit in f"{byte:02x}") for byte in data)


def _digit(digit: str) -> str:
    return digit if digit.isdigit() else f"[{digit.upper()}{digit}]"


def _decoded(said: str) -> str:
    return unquote_to_bytes(said).decode("utf-8", "surrogateescape")


def _is_tracking(parameter: str) -> bool:
    return TRACKING.fullmatch(_decoded(parameter.partition("=")[0])) is not None
