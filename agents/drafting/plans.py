"""Plans as they are followed: whatever a planner says, facts come first and two to four work. Pure."""

from __future__ import annotations

from agents.drafting.shapes import WORKERS, Plan, Task, Worker

FEWEST, MOST = 2, 4
# Who works when there is no plan.
_USUAL: tuple[Worker, ...] = ("facts", "disagreement")


def usual() -> Plan:
    """The plan when there is none."""
    return Plan(tasks=[Task(worker=worker, items=[]) for worker in _USUAL])


def sound(plan: Plan) -> Plan:
    """Facts first, no worker twice, two to four of them."""
    tasks = {task.worker: task for task in reversed(plan.tasks)}
    wanted = [worker for worker in WORKERS if worker in tasks]
    for worker in _USUAL:
        if worker == "facts" or len(wanted) < FEWEST:
            wanted += [worker] if worker not in wanted else []
    chosen = sorted(wanted, key=lambda worker: (worker != "facts", WORKERS.index(worker)))[:MOST]
    return Plan(tasks=[tasks.get(worker) or Task(worker=worker, items=[]) for worker in chosen])
