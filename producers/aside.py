"""What the log itself holds that is no feed, no state and no memory: a dead letter each, once.

A worker reads its part of the catalogue anew at each assignment, and would put the same records aside each
time. A letter names the place of its record, so those that have one are looked up: when the first such
record is found, behind the barrier, and never when there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from schemas.records import DeadLetter

Place = tuple[str, int, int]
STAGE = "catalogue"


class Aside:
    """Letters that wait until their partition is ready, and until they are committed.

    ``letters_of`` gives the dead letters that the log holds of a topic.
    """

    def __init__(self, letters_of: Callable[[str], Iterable[DeadLetter]]) -> None:
        self._letters_of = letters_of
        self._waiting: dict[Place, DeadLetter] = {}
        self._written: set[Place] = set()
        self._known: dict[str, set[Place]] = {}

    def put(self, letters: Iterable[DeadLetter]) -> None:
        """To be written, unless the log holds them."""
        self._waiting.update((_place(each), each) for each in letters)

    def drop(self, partition: int) -> None:
        """The partition is not ours any more: whoever owns it next finds them."""
        self._waiting = {place: each for place, each in self._waiting.items() if place[1] != partition}
        self._written &= self._waiting.keys()
        # Others write there now.
        self._known.clear()

    def due(self, is_ready: Callable[[int], bool]) -> list[DeadLetter]:
        """What is to be written now; it counts as written until the transaction ends.

        What ``letters_of`` raises goes through; then nothing counts.
        """
        ready = [place for place in self._waiting if place not in self._written and is_ready(place[1])]
        known = {place for topic in {each[0] for each in ready} for place in self._of(topic)}
        found = []
        for place in ready:
            letter = self._waiting[place]
            if place in known:
                del self._waiting[place]
            else:
                self._written.add(place)
                found.append(letter)
        return found

    def committed(self) -> None:
        """What was written is in the log."""
        for place in self._written:
            del self._waiting[place]
            self._of(place[0]).add(place)
        self._written.clear()

    def rolled_back(self) -> None:
        """What was written is not in the log, or nobody knows."""
        self._written.clear()
        self._known.clear()

    def _of(self, topic: str) -> set[Place]:
        if topic not in self._known:
            self._known[topic] = {_place(each) for each in self._letters_of(topic) if not each.retried}
        return self._known[topic]


def _place(letter: DeadLetter) -> Place:
    none = -1
    return (
        letter.topic or "",
        none if letter.partition is None else letter.partition,
        none if letter.offset is None else letter.offset,
    )
