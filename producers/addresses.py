"""Which addresses may be fetched from: public ones only, whatever a name resolves to.

The check sits where sockets are made, so it sees the very address that is connected to, at every
hop and for every spelling of a host (``0x7f000001``, ``2130706433``, a name that resolves inward,
a name that resolves elsewhere the second time). No proxy of the environment is asked.
"""

from __future__ import annotations

import errno
import ipaddress
import re
import socket
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from schemas.limits import HOST_CHARACTERS, URL_CHARACTERS
from schemas.strings import sanitised

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
AddrInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]

# All that IANA has given out for unicast in the world (RFC 4291, section 2.4). Outside are, whatever
# ipaddress thinks of them: loopback, unique local and link-local addresses, multicast, IPv4-compatible and
# SIIT (::ffff:0:0:0/96) ones, NAT64 (64:ff9b::/96, 64:ff9b:1::/48), discard (100::/64), SRv6 (5f00::/16).
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")

# The IANA special-purpose registries of IPv4 and IPv6, without asking whether an entry is "globally
# reachable": none of them is a publisher's. Python 3.11 knows the older half of them only.
DENIED_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' NAT, and a cloud's metadata at 100.100.100.200
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's metadata at an address that is public by number
        "169.254.0.0/16",  # link-local, and most clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments, and a cloud's metadata at 192.0.0.192
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
DENIED_V6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, AMT, AS112, ORCHID, drones
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3ffe::/16",  # the 6bone, given back
        "3fff::/20",  # documentation
    )
)
# Interface ids of ISATAP (RFC 5214): the IPv4 address follows.
ISATAP = frozenset((0x00005EFE, 0x02005EFE))
SCHEMES = frozenset(("http", "https"))
PORTS = frozenset((80, 443, 8080, 8443))
SHOWN_CHARACTERS = 200

# urlsplit drops some of these and clients do not, or the other way round: then two read two addresses.
_UNWRITTEN = re.compile(r"[\x00-\x1f\x7f-\x9f\\\ud800-\udfff]")


class AddressDenied(OSError):
    """An address that feeds may not be fetched from."""


class UrlDenied(ValueError):
    """A URL that cannot be a feed's."""


def is_public(address: str) -> bool:
    """Whether an IP address as text is a public unicast one. With a zone none is: it is a link's."""
    try:
        parsed: IPAddress = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return _is_public_v4(parsed)
    if parsed.scope_id is not None:
        return False
    if parsed.ipv4_mapped is not None:
        return _is_public_v4(parsed.ipv4_mapped)
    if parsed not in GLOBAL_UNICAST or any(parsed in network for network in DENIED_V6):
        return False
    number = int(parsed)
    if (number >> 32) & 0xFFFFFFFF in ISATAP:
        return _is_public_v4(ipaddress.IPv4Address(number & 0xFFFFFFFF))
    return True


def _is_public_v4(address: ipaddress.IPv4Address) -> bool:
    return not any(address in network for network in DENIED_V4)


def check_url(url: str) -> tuple[str, str]:
    """``host`` and ``host:port`` of a URL, lower case.

    Raises UrlDenied when the scheme is not http or https, there is no host, or either is longer
    than schemas.limits lets it be: a URL that is too long is not looked at further.
    """
    if len(url) > URL_CHARACTERS:
        raise UrlDenied(f"{shown(url)} has {len(url)} characters, more than the {URL_CHARACTERS} of a URL")
    check_written(url)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UrlDenied(f"{shown(url)} is not a URL: {sanitised(str(error), SHOWN_CHARACTERS)}") from error
    if parts.scheme not in SCHEMES or not host:
        raise UrlDenied(f"{shown(url)} is not an http or https URL with a host")
    if len(host) > HOST_CHARACTERS:
        raise UrlDenied(f"{shown(url)} has a host of more than {HOST_CHARACTERS} characters")
    return host, f"{host}:{port if port is not None else (443 if parts.scheme == 'https' else 80)}"


def check_written(url: str) -> None:
    """Raises UrlDenied for controls, backslashes and bytes of no encoding. Spaces are forgiven."""
    if _UNWRITTEN.search(url):
        raise UrlDenied(f"{shown(url)} holds characters that no URL is written with; percent-encode them")


def check_port(host_and_port: str, allowed: Iterable[int]) -> None:
    """Raises UrlDenied for a port that is neither of PORTS nor named by the operator.

    A feed's server answers at the web's ports; behind others are mail, databases and printers.
    """
    port = int(host_and_port.rpartition(":")[2])
    if port not in PORTS and port not in allowed:
        raise UrlDenied(
            f"{shown(host_and_port)}: feeds are not fetched from port {port}; to allow it, name it in "
            "TIDEWIRE_PRODUCERS_ALLOW_PORTS, for this host only, name host:port in "
            "TIDEWIRE_PRODUCERS_ALLOW_HOSTS"
        )


def shown(url: str) -> str:
    """As much of a stranger's URL as an error says, in quotes, without a user and a password in it."""
    said = sanitised(re.sub(r"//[^/?#]*@", "//", url[: 4 * SHOWN_CHARACTERS]), SHOWN_CHARACTERS)
    return f"'{said}'"


def guarded_socket(info: AddrInfo) -> socket.socket:
    """aiohttp's socket_factory that raises AddressDenied instead of making a socket to the inside."""
    address = str(info[4][0])
    if not is_public(address):
        # With a number, or the client's own error would leave the words out.
        raise AddressDenied(
            errno.EACCES,
            f"{address} is no public address; to allow its host, name it in TIDEWIRE_PRODUCERS_ALLOW_HOSTS",
        )
    return socket.socket(family=info[0], type=info[1], proto=info[2])
