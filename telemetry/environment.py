"""Which environment variables a process is given: a list of what it may have, so that a secret reaches
nobody who has no use for it. The standard library only.

A parser of hostile documents, or a library of a JVM, that could be made to tell its environment has nothing
to tell.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

# What any program of a user needs: where things are, in which language and time zone. An item that ends
# with _ is a prefix.
PLAIN = (
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TERM",
    "LANG",
    "LANGUAGE",
    "LC_",
    "TZ",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "LD_LIBRARY_PATH",
    "MALLOC_ARENA_MAX",
    "ORT_DISABLE_TELEMETRY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    # Which stack a process belongs to, and as what: a killed one's descendants are found by them.
    "TIDEWIRE_STACK_OF",
    "TIDEWIRE_STACK_PROGRAM",
)
# A process of Tidewire is given all settings but those whose name says that they are secret.
SETTINGS = (
    "TIDEWIRE_",
    "NO_PROXY",
    "HF_HOME",
    "HF_HUB_CACHE",
    "HF_HUB_OFFLINE",
    "SENTENCE_TRANSFORMERS_HOME",
)
# A proxy's address may hold a password: only who goes through one is given it, as a secret.
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
_SECRET = re.compile(
    r"(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|AUTH|COOKIE)(?:_|$)", re.IGNORECASE
)


def is_secret(name: str) -> bool:
    """Whether a variable of that name holds one, or says where one is."""
    return bool(_SECRET.search(name))


def given(
    passes: Iterable[str] = (), secrets: Iterable[str] = (), known: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What a process gets of ``known``, by default this process's own: PLAIN, ``passes`` and ``secrets``.

    Items that end with _ are prefixes. A secret passes only under ``secrets``.
    """
    plain, secret = (*PLAIN, *passes), tuple(secrets)
    environment = os.environ if known is None else known
    return {
        name: value
        for name, value in environment.items()
        if _among(name, secret) or (not is_secret(name) and _among(name, plain))
    }


def _among(name: str, items: Iterable[str]) -> bool:
    return any(name.startswith(item) if item.endswith("_") else name == item for item in items)
