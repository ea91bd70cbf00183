"""``python -m telemetry.probe URL [IDENTITY]``: exit status 0 when the URL answers 2xx.

The health check of containers whose image has neither curl nor wget. The standard library only, for
it runs every few seconds.
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from pathlib import Path

from telemetry import mutual
from telemetry.visible import visible

TIMEOUT_S = 5.0


def fetch(url: str, timeout_s: float = TIMEOUT_S, identity: Path | None = None) -> tuple[bool, str]:
    """Whether it answers 2xx, and what it said. ``identity``: PEM, for who asks for a certificate."""
    # It is on the container's own network: whatever proxy the environment names is none of its business.
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
    if identity is not None:
        handlers.append(urllib.request.HTTPSHandler(context=mutual.context(identity)))
    opener = urllib.request.build_opener(*handlers)
    try:
        with opener.open(url, timeout=timeout_s) as answer:
            return True, str(answer.read(), "utf-8", "replace")
    except urllib.error.HTTPError as refusal:
        with refusal:
            return False, f"{refusal.code} {str(refusal.read(), 'utf-8', 'replace')}"
    except (OSError, ValueError) as error:
        return False, f"{url}: {error}"


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        print("usage: python -m telemetry.probe URL [IDENTITY]", file=sys.stderr)
        return 2
    well, said = fetch(arguments[0], identity=Path(arguments[1]) if arguments[1:] else None)
    print(visible(said[:500], lines=True))
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
