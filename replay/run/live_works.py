"""What a replay's briefs would be written of: the live lane's assignments.

They are at hand before anything runs. A replay makes the same ones again as long as nothing changes that
makes stories or gives them to desks; where something does, they are an estimate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from agents.indicators import Indicators, last_end
from agents.settings import WindowSettings
from agents.sources import sources_of
from agents.work import Work
from desks import Desk
from schemas.codec import Codec
from schemas.records import Assignment, Indicator
from topics.catalogue import ASSIGNMENTS, INDICATORS
from topics.decoding import decoded
from topics.lane import LIVE, Lane
from topics.reading import read_range
from topics.settings import BrokerSettings

# What of a desk's file says which stories it gets.
ROUTING = ("languages", "categories", "entities", "keywords", "min_materiality")


def live_works(
    broker: BrokerSettings,
    codec: Codec,
    desks: Mapping[str, Desk],
    windows: WindowSettings,
    span: tuple[int, int | None],
    lane: Lane = LIVE,
) -> Iterator[Work]:
    """The live lane's assignments, or another's, as works_of has them."""
    closed = decoded(read_range(broker, lane.topic(INDICATORS)), codec, Indicator)
    given = decoded(read_range(broker, lane.topic(ASSIGNMENTS)), codec, Assignment)
    return works_of((each for _, each in given), (each for _, each in closed), desks, windows, span)


def works_of(
    assignments: Iterable[Assignment],
    indicators: Iterable[Indicator],
    desks: Mapping[str, Desk],
    windows: WindowSettings,
    span: tuple[int, int | None],
) -> Iterator[Work]:
    """The assignments of a span of logged time (epoch ms; from the first on, up to the second), given to
    these desks as they would be written. What a brief supersedes is left out: no request holds it."""
    view = Indicators()
    for each in indicators:
        view.add(each)
    begin, end = span
    for given in assignments:
        within = begin <= given.assigned_at and (end is None or given.assigned_at <= end)
        if within and not given.warmup and given.desk in desks:
            yield _work(given, desks[given.desk], view, windows)


def _work(given: Assignment, desk: Desk, view: Indicators, windows: WindowSettings) -> Work:
    until = last_end(given.assigned_at, windows.step_ms, windows.delay_ms)
    return Work(given, desk, sources_of(given.story), (), view.closed(desk.name, until))


def same_routing(these: Mapping[str, Desk], those: Mapping[str, Desk]) -> bool:
    """Whether two sets of desks get the same stories."""
    return these.keys() == those.keys() and all(
        getattr(desk, name) == getattr(those[key], name) for key, desk in these.items() for name in ROUTING
    )
