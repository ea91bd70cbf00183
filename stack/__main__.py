"""`python -m stack up|down|status`: the services alone, without a role."""

from __future__ import annotations

import sys
from collections.abc import Callable

from stack.stack import Stack, StackError, Step
from telemetry.visible import visible


def tell(message: object, err: bool = False) -> None:
    print(visible(str(message), lines=True), file=sys.stderr if err else sys.stdout, flush=True)


def show(step: Step) -> None:
    took = f" ({step.seconds:.1f} s)" if step.state in ("ready", "stopped") else ""
    tell(f"{step.program}: {step.state}{took}")


def show_status(stack: Stack) -> None:
    status = stack.status()
    tell(f"{status.home}: {'running' if status.running else 'not running'}, {status.resident >> 20} MB")
    for program in status.programs:
        tell(
            f"{program.name:14} {program.state:9} pid {program.pid} restarts {program.restarts} "
            f"{program.resident >> 20} MB {program.address or ''}"
        )
    if status.unsupervised:
        tell(f"left without a supervisor: {list(status.unsupervised)}; `up` or `down` ends them")


def main(arguments: list[str]) -> int:
    stack = Stack(progress=show)
    actions: dict[str, Callable[[], None]] = {
        "up": stack.up,
        "down": stack.down,
        "status": lambda: show_status(stack),
    }
    if len(arguments) != 1 or arguments[0] not in actions:
        tell("usage: python -m stack up|down|status", err=True)
        return 2
    try:
        actions[arguments[0]]()
    except StackError as error:
        tell(error, err=True)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
