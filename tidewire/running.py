"""Starting all of a home: services, feed server, producers, agents, reader, and the jobs."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from agents.settings import AgentsSettings
from desks import load_desks
from flink_jobs.retained import StateRefused
from flink_jobs.runs import job_title
from flink_jobs.submit import Jobs
from replay.run.log import RecordBroken, ReplayLog
from stack.programs import Role
from stack.stack import Stack
from tidewire import jobs as flink
from tidewire.places import broker, stack_settings
from tidewire.profile import Profile
from tidewire.roles import agents_role, newswire_role, producer_roles, reading_roles
from topics.admin import lanes
from topics.lane import LIVE

Say = Callable[[str], None]
KEY = "ANTHROPIC_API_KEY"


def start(stack: Stack, profile: Profile, say: Say, feeds: Callable[[], None] = lambda: None) -> Jobs:
    """Brings everything up and returns once it is ready; what runs already is left alone.

    ``feeds`` is called when the log and the feed server are there. The jobs take longest and start
    beside the roles; producers come last, so that what they find is seen on its whole way.

    Raises what check_agents does, and PortTaken, before anything is started, and StateRefused when a job's
    state is lost, once everything else is up: feeds do not wait, and the log can be run again.
    """
    stack_settings()
    profile.apply()
    check_agents()
    newswire = [] if profile.newswire is None else [_newswire(stack, profile)]
    reading = reading_roles(stack.settings, profile.for_roles())
    stack.up(later=[*newswire, *reading])
    stack.add_roles(newswire)
    feeds()
    jobs = Jobs(flink.cluster(stack))
    say("jobs: starting")
    refused: StateRefused | None = None
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        submitting = pool.submit(flink.ensure, jobs)
        stack.add_roles(reading)
        for started in submitting.result():
            origin = f"from {started.resumed_from.name}" if started.resumed_from else "at the log's beginning"
            say(f"{started.name}: running {origin}")
    except StateRefused as error:
        refused = error
    finally:
        # Whoever interrupts a start takes the cluster down: a submission must not hold that up.
        pool.shutdown(wait=False, cancel_futures=True)
    stack.add_roles(producer_roles(profile.for_roles()))
    stack.add_roles([*_of_replays(stack, profile, say), *_of_lanes(stack, profile, jobs)])
    if refused is not None:
        raise refused
    return jobs


def check_agents() -> None:
    """Says what the agents would refuse, for a role that dies says it in its log alone.

    Raises DeskError, pydantic's ValidationError, ValueError.
    """
    load_desks(AgentsSettings().desks)
    if not os.environ.get(KEY):
        return
    # Takes seconds, which only a model's users need to wait.
    from agents import writers
    from agents.model.errors import Unfit
    from agents.money.prices import UnknownPrice

    try:
        writers.check()
    except (Unfit, UnknownPrice) as error:
        raise ValueError(f"the agents cannot use this model: {error}") from error


def _of_replays(stack: Stack, profile: Profile, say: Say) -> list[Role]:
    """The agents of replays that were under way; the cluster brings their jobs back by itself."""
    log = ReplayLog(stack.settings.home / "replays")
    found = []
    for lane in log.lanes():
        try:
            replay = log.get(lane)
        except RecordBroken as error:
            say(str(error))
            continue
        if replay is not None and replay.has_agents:
            found.append(agents_role(lane, {**profile.for_roles(), **log.environment(replay)}))
    return found


def _of_lanes(stack: Stack, profile: Profile, jobs: Jobs) -> list[Role]:
    """The agents of lanes that run beside live without being a replay's, where they had some."""
    home = stack.settings.home
    others = set(lanes(broker())) - {LIVE} - set(ReplayLog(home / "replays").lanes())
    return [
        agents_role(lane, profile.for_roles())
        for lane in sorted(others, key=lambda lane: lane.name)
        if lane.folder(home / "agents").exists() and jobs.rest.active(job_title("stories", lane))
    ]


def _newswire(stack: Stack, profile: Profile) -> Role:
    plays = profile.newswire
    if plays is None:
        raise ValueError("this profile has no newswire")
    home = stack.settings.home
    role = newswire_role(plays.mode, plays.seconds, plays.play, home / "newswire", plays.port)
    # What was gathered knows its feeds by the port in their addresses.
    return role if (home / "kafka").exists() else replace(role, port_variable="TIDEWIRE_NEWSWIRE_PORT")
