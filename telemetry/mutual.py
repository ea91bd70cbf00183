"""TLS in which both sides show the same certificate, and each trusts that one alone."""

from __future__ import annotations

import ssl
from pathlib import Path


def context(identity: Path) -> ssl.SSLContext:
    """A client's side of it. ``identity``: a PEM file with the key and its self-signed certificate.

    Raises OSError when the file cannot be read, ssl.SSLError when it holds no such pair.
    """
    made = ssl.create_default_context(cafile=identity)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.load_cert_chain(identity)
    return made
