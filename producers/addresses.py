"""Which addresses may be fetched from: public ones only, whatever a name resolves to.

The check sits where sockets are made, so it sees the very address that is connected to, at every
hop and for every spelling of a host (``0x7f000001``, ``2130706433``, a name that resolves inward).
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
AddrInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]

# is_global is true for these, yet they lead to, or stand for, addresses that are not.
DENIED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # local-use NAT64
        "2002::/16",  # 6to4
        "2001::/32",  # Teredo
        "::/96",  # IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped, judged by the address inside before this list is asked
        "fec0::/10",  # site-local
        "192.88.99.0/24",  # 6to4 relays
    )
)
SCHEMES = frozenset(("http", "https"))


class AddressDenied(OSError):
    """An address that feeds may not be fetched from."""


class UrlDenied(ValueError):
    """A URL that cannot be a feed's."""


def is_public(address: str) -> bool:
    """Whether an IP address, as text and perhaps with a zone, is a public unicast one."""
    try:
        parsed: IPAddress = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if any(parsed.version == network.version and parsed in network for network in DENIED):
        return False
    return parsed.is_global and not parsed.is_multicast


def check_url(url: str) -> tuple[str, str]:
    """``host`` and ``host:port`` of a URL, lower case.

    Raises UrlDenied when the scheme is not http or https, or there is no host.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UrlDenied(f"{url!r} is not a URL: {error}") from error
    if parts.scheme not in SCHEMES or not host:
        raise UrlDenied(f"{url!r} is not an http or https URL with a host")
    return host, f"{host}:{port or (443 if parts.scheme == 'https' else 80)}"


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
