"""Work goes on side by side, but within a story in order; acknowledged is the finished prefix only."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from agents.in_order import Behind, InOrder

Event = tuple[str, int]  # story, number


@dataclass
class Bench:
    """Work that ends when it is told to."""

    gates: dict[Event, asyncio.Event] = field(default_factory=dict)
    started: list[Event] = field(default_factory=list)
    finished: list[Event] = field(default_factory=list)
    acked: list[Event] = field(default_factory=list)
    told: list[tuple[Event, type[BaseException]]] = field(default_factory=list)
    broken: set[Event] = field(default_factory=set)
    most: int = 0

    async def work(self, event: Event) -> None:
        self.started.append(event)
        self.most = max(self.most, len(self.started) - len(self.finished))
        await self.gates.setdefault(event, asyncio.Event()).wait()
        self.finished.append(event)
        if event in self.broken:
            raise RuntimeError("broken")

    async def failed(self, event: Event, error: BaseException) -> None:
        self.told.append((event, type(error)))

    def end(self, *events: Event) -> None:
        for event in events:
            self.gates.setdefault(event, asyncio.Event()).set()


def on_bench(
    scene: Callable[[Bench, InOrder[Event]], Awaitable[None]],
    slots: int = 4,
    broken: set[Event] | None = None,
) -> Bench:
    bench = Bench(broken=broken or set())

    async def play() -> None:
        await scene(bench, InOrder(bench.work, bench.acked.append, bench.failed, slots))

    asyncio.run(play())
    return bench


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_one_story_is_worked_on_in_order_while_others_go_on() -> None:
    async def scene(bench: Bench, in_order: InOrder[Event]) -> None:
        for event in (("a", 1), ("a", 2), ("b", 3)):
            await in_order.take(event, 0, event[0])
        await settle()
        assert bench.started == [("a", 1), ("b", 3)]
        bench.end(("a", 1))
        await settle()
        assert bench.started[-1] == ("a", 2)
        bench.end(("a", 2), ("b", 3))
        assert await in_order.drain(5)

    assert on_bench(scene).acked == [("a", 1), ("a", 2), ("b", 3)]


def test_what_is_done_early_waits_for_what_came_before_it() -> None:
    async def scene(bench: Bench, in_order: InOrder[Event]) -> None:
        for event in (("a", 1), ("b", 2), ("c", 3)):
            await in_order.take(event, 0, event[0])
        bench.end(("b", 2), ("c", 3))
        await settle()
        assert bench.acked == []
        bench.end(("a", 1))
        await settle()
        assert bench.acked == [("a", 1), ("b", 2), ("c", 3)]

    on_bench(scene)


def test_partitions_do_not_wait_for_each_other() -> None:
    async def scene(bench: Bench, in_order: InOrder[Event]) -> None:
        await in_order.take(("a", 1), 0, "a")
        await in_order.take(("b", 2), 1, "b")
        bench.end(("b", 2))
        await settle()
        assert bench.acked == [("b", 2)]
        bench.end(("a", 1))
        await settle()

    on_bench(scene)


def test_failed_work_is_never_acknowledged_nor_anything_after_it() -> None:
    async def scene(bench: Bench, in_order: InOrder[Event]) -> None:
        for event in (("a", 1), ("b", 2), ("b", 3), ("c", 4)):
            await in_order.take(event, 0, event[0])
        bench.end(("a", 1), ("b", 2), ("b", 3), ("c", 4))
        await settle()

    bench = on_bench(scene, broken={("b", 2)})
    assert bench.acked == [("a", 1)]
    assert bench.told == [(("b", 2), RuntimeError)]
    assert ("b", 3) not in bench.started


def test_no_more_is_taken_than_there_are_slots() -> None:
    async def scene(bench: Bench, in_order: InOrder[Event]) -> None:
        await in_order.take(("a", 1), 0, "a")
        await in_order.take(("b", 2), 0, "b")
        third = asyncio.create_task(in_order.take(("c", 3), 0, "c"))
        await settle()
        assert not third.done()
        bench.end(("a", 1))
        await settle()
        assert third.done()
        bench.end(("b", 2), ("c", 3))
        await settle()

    assert on_bench(scene, slots=2).most == 2


def test_a_revoked_partition_is_cancelled_and_not_acknowledged() -> None:
    async def scene(bench: Bench, in_order: InOrder[Event]) -> None:
        await in_order.take(("a", 1), 0, "a")
        await in_order.take(("b", 2), 1, "b")
        await settle()
        await in_order.revoke([0, 5])
        bench.end(("a", 1), ("b", 2))
        await settle()
        await in_order.take(("a", 1), 0, "a")
        await settle()
        assert await in_order.drain(5)

    bench = on_bench(scene)
    assert bench.acked == [("b", 2), ("a", 1)]
    assert bench.told == []


def test_drain_says_when_it_could_not_wait() -> None:
    async def scene(bench: Bench, in_order: InOrder[Event]) -> None:
        await in_order.take(("a", 1), 0, "a")
        assert not await in_order.drain(0.01)
        bench.end(("a", 1))
        assert await in_order.drain(5)
        assert await in_order.drain(5)

    on_bench(scene)


def test_behind_is_an_error_of_its_own() -> None:
    assert issubclass(Behind, RuntimeError)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 1)), max_size=12),
    st.randoms(use_true_random=False),
    st.integers(1, 5),
)
def test_whatever_ends_first_order_and_prefix_hold(
    stories: list[tuple[str, int]], order: object, slots: int
) -> None:
    events = [((story, n), partition) for n, (story, partition) in enumerate(stories)]

    async def scene(bench: Bench, in_order: InOrder[Event]) -> None:
        async def feed() -> None:
            for event, partition in events:
                await in_order.take(event, partition, (partition, event[0]))

        feeding = asyncio.create_task(feed())
        waiting = [event for event, _ in events]
        order.shuffle(waiting)  # type: ignore[attr-defined]
        for event in waiting:
            bench.end(event)
            await settle()
        await feeding
        assert await in_order.drain(5)
        await settle()

    bench = on_bench(scene, slots=slots)
    assert bench.most <= slots
    for partition in (0, 1):
        mine = [event for event, p in events if p == partition]
        assert [event for event in bench.acked if event in mine] == mine
        for story in "abc":
            of_story = [event for event in mine if event[0] == story]
            assert [event for event in bench.finished if event in of_story] == of_story
