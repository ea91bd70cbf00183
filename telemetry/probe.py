"""``python -m telemetry.probe URL``: exit status 0 when the URL answers 2xx.

The health check of containers whose image has neither curl nor wget. The standard library only, for
it runs every few seconds.
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request

from telemetry.visible import visible

TIMEOUT_S = 5.0


def fetch(url: str, timeout_s: float = TIMEOUT_S) -> tuple[bool, str]:
    """Whether it answers 2xx, and what it said."""
    # It is on the container's own network: whatever proxy the environment names is none of its business.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=timeout_s) as answer:
            return True, str(answer.read(), "utf-8", "replace")
    except urllib.error.HTTPError as refusal:
        with refusal:
            return False, f"{refusal.code} {str(refusal.read(), 'utf-8', 'replace')}"
    except (OSError, ValueError) as error:
        return False, f"{url}: {error}"


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m telemetry.probe URL", file=sys.stderr)
        return 2
    well, said = fetch(arguments[0])
    print(visible(said[:500], lines=True))
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
