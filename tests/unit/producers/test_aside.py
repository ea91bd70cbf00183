"""What is no record in the log has one dead letter, through rollbacks and changes of owner."""

import pytest

from producers.aside import Aside
from schemas.records import DeadLetter


def letter(offset: int, partition: int = 0) -> DeadLetter:
    return DeadLetter(
        source="feeds.catalog",
        topic="feeds.catalog",
        partition=partition,
        offset=offset,
        stage="catalogue",
        error="Undecodable",
        reason="",
        failed_at=1,
    )


class Log:
    """What was committed; counts how often it is read."""

    def __init__(self) -> None:
        self.letters: list[DeadLetter] = []
        self.read = 0

    def letters_of(self, topic: str) -> list[DeadLetter]:
        self.read += 1
        return [each for each in self.letters if each.source == topic]


def yes(_: int) -> bool:
    return True


def test_a_letter_is_written_once_and_again_only_after_a_rollback() -> None:
    log = Log()
    aside = Aside(log.letters_of)
    assert (aside.due(yes), log.read) == ([], 0)
    aside.put([letter(1), letter(2)])
    assert aside.due(lambda _: False) == []
    assert aside.due(yes) == [letter(1), letter(2)]
    assert aside.due(yes) == []
    aside.rolled_back()
    assert aside.due(yes) == [letter(1), letter(2)]
    aside.committed()
    aside.put([letter(1), letter(2), letter(3)])
    assert aside.due(yes) == [letter(3)]
    assert log.read == 2


def test_what_cannot_be_looked_up_waits() -> None:
    def away(_: str) -> list[DeadLetter]:
        if log.read < 3:
            log.read += 1
            raise ConnectionError
        return []

    log = Log()
    aside = Aside(away)
    aside.put([letter(1)])
    for _ in range(3):
        with pytest.raises(ConnectionError):
            aside.due(yes)
    assert aside.due(yes) == [letter(1)]


def test_the_next_owner_writes_none_that_is_in_the_log() -> None:
    log = Log()
    log.letters = [letter(1)]
    aside = Aside(log.letters_of)
    aside.put([letter(1), letter(2)])
    assert aside.due(yes) == [letter(2)]


def test_what_another_wrote_meanwhile_is_looked_up_anew() -> None:
    log = Log()
    aside = Aside(log.letters_of)
    aside.put([letter(1), letter(1, partition=1)])
    assert len(aside.due(yes)) == 2
    aside.committed()
    aside.drop(1)
    log.letters = [letter(1), letter(1, partition=1), letter(2, partition=1)]
    aside.put([letter(1, partition=1), letter(2, partition=1)])
    assert aside.due(yes) == []
