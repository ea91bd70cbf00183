"""`python -m stack.supervised CONFIG`: supervisord, given the agents' secrets on its standard input.

They are in its memory and not in the environment that the system shows of it, and in no file: whoever is
started by it is given them by `stack.launch`, if they are meant for it.
"""

from __future__ import annotations

import json
import os
import sys

from supervisor import supervisord


def main(config: str) -> None:
    os.environ.update(json.loads(sys.stdin.read()))
    supervisord.main(["-c", config])


if __name__ == "__main__":
    main(sys.argv[1])
