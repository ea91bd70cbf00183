"""The first thing that ``./tw`` runs: Ctrl-C ends it with 130, be it while everything is still imported."""

from __future__ import annotations

import sys

INTERRUPTED = 130
"""128 and SIGINT's number, as shells have it."""


def main() -> None:
    """Runs the command line."""
    try:
        from tidewire import cli

        cli.main()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
