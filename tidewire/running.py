"""Starting all of a home: services, feed server, producers, agents, reader, and the jobs."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flink_jobs.submit import Jobs
from tidewire import jobs as flink
from tidewire.places import stack_settings
from tidewire.profile import Profile
from tidewire.roles import newswire_role, producer_roles, reading_roles
from tidewire.stack.programs import Role
from tidewire.stack.stack import Stack

Say = Callable[[str], None]


def start(stack: Stack, profile: Profile, say: Say, feeds: Callable[[], None] = lambda: None) -> Jobs:
    """Brings everything up and returns once it is ready; what runs already is left alone.

    ``feeds`` is called when the log and the feed server are there. The jobs take longest and start
    beside the roles; producers come last, so that what they find is seen on its whole way.
    """
    stack_settings()
    profile.apply()
    stack.up()
    if profile.newswire is not None:
        stack.add_roles([_newswire(stack, profile)])
    feeds()
    jobs = Jobs(flink.cluster(stack))
    with ThreadPoolExecutor(max_workers=1) as pool:
        say("jobs: starting")
        submitting = pool.submit(flink.ensure, jobs)
        stack.add_roles(reading_roles(stack.settings, profile.for_roles()))
        for started in submitting.result():
            origin = f"from {started.resumed_from.name}" if started.resumed_from else "at the log's beginning"
            say(f"{started.name}: running {origin}")
    stack.add_roles(producer_roles(profile.for_roles()))
    return jobs


def _newswire(stack: Stack, profile: Profile) -> Role:
    plays = profile.newswire
    if plays is None:
        raise ValueError("this profile has no newswire")
    return newswire_role(plays.mode, plays.seconds, plays.play, stack.settings.home / "newswire", plays.port)
