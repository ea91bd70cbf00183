"""Replays wired to this home: its stack, its broker, its reader."""

from __future__ import annotations

import os
from collections.abc import Mapping

from flink_jobs.submit import Jobs
from replay.run.log import ReplayLog
from replay.run.replays import Place, Replays
from stack.stack import Stack
from tidewire import jobs as flink
from tidewire.places import broker, codec, reader, stack_settings
from tidewire.profile import Profile, load
from tidewire.roles import agents_role
from topics.lane import Lane


class SupervisedAgents:
    """The agents of lanes as roles of the stack."""

    def __init__(self, stack: Stack, profile: Profile) -> None:
        self._stack = stack
        self._profile = profile

    def start(self, lane: Lane, environment: Mapping[str, str]) -> None:
        """With this beside what all roles of the home are given."""
        self._stack.add_roles([agents_role(lane, {**self._profile.for_roles(), **environment})])

    def stop(self, lane: Lane) -> None:
        """Nothing happens where none run."""
        self._stack.remove_role(agents_role(lane, {}).name)


def replays_of(stack: Stack) -> Replays:
    """The replays of a stack's home."""
    home = stack.settings.home
    agents = SupervisedAgents(stack, load(home))
    return Replays(Place(home, broker(), codec, Jobs(flink.cluster(stack)), agents, reader()))


def records() -> ReplayLog:
    """The records of this home's replays."""
    return ReplayLog(stack_settings().home / "replays")


def apply_environment(lane: Lane) -> None:
    """Into this process what the lane's agents ran with; what the user has set stays."""
    log = records()
    replay = log.get(lane)
    for name, value in ({} if replay is None else log.environment(replay)).items():
        os.environ.setdefault(name, value)
    load(stack_settings().home).apply()
