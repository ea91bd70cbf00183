"""What each failure of a transaction means for what is remembered."""

import struct
import threading
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from producers.transactions import Commit, Stopping, Transactions

MEMBER = b"CGMDv2:" + struct.pack("=i", 4) + b"g\x00me\x00\x01"
OUTSIDER = b"CGMDv2:" + struct.pack("=i", -1) + b"g\x00me\x00\x01"
CALLS = ("init_transactions", "begin_transaction", "commit_transaction", "abort_transaction")


def error(
    *, fatal: bool = False, retriable: bool = False, abortable: bool = False, code: int = KafkaError._STATE
) -> KafkaException:
    return KafkaException(KafkaError(code, "told to fail", fatal, retriable, abortable))


class FakeProducer:
    """Keeps its calls, and fails in those it was told to, each failure once."""

    def __init__(self, failures: dict[str, list[Exception]]) -> None:
        self.calls: list[Any] = []
        self.failures = failures

    def _call(self, name: str, *seen: Any) -> None:
        self.calls.append((name, *seen) if seen else name)
        if self.failures.get(name):
            raise self.failures[name].pop(0)

    def __getattr__(self, name: str) -> Any:
        if name not in CALLS:
            raise AttributeError(name)
        return lambda *_: self._call(name)

    def produce(self, topic: str, value: bytes, key: bytes, partition: int) -> None:
        self._call("produce")

    def poll(self, timeout_s: float) -> int:
        return 0

    def flush(self, timeout_s: float) -> int:
        self._call("flush")
        return 0

    def send_offsets_to_transaction(self, offsets: list[TopicPartition], *_: Any) -> None:
        self._call("fence", *((each.topic, each.partition, each.offset) for each in offsets))


class Bench:
    """Transactions over fake producers, one after another."""

    def __init__(self, member: bytes = MEMBER, **failures: list[Exception]) -> None:
        self.producers: list[FakeProducer] = []
        self.failures = failures
        self.stop = threading.Event()
        self.transactions = Transactions({}, lambda: member, self.stop, self._make)  # type: ignore[arg-type]

    def _make(self, config: dict[str, Any]) -> FakeProducer:
        self.producers.append(FakeProducer(self.failures))
        return self.producers[-1]

    def commit(self, owned: tuple[int, ...] = (0, 3)) -> Commit:
        self.transactions.write("articles.raw", b"k", b"v")
        return self.transactions.commit(owned)


def test_everything_is_in_the_log_before_the_fence_and_the_fence_before_the_commit() -> None:
    bench = Bench()
    assert bench.commit() is Commit.DONE
    fence = ("fence", ("feeds.catalog", 0, 0), ("feeds.catalog", 3, 0))
    assert bench.producers[0].calls == [
        "init_transactions",
        "begin_transaction",
        "produce",
        "flush",
        fence,
        "commit_transaction",
    ]
    assert not bench.transactions.is_open


@pytest.mark.parametrize(("member", "owned"), [(OUTSIDER, (0,)), (MEMBER, ())])
def test_without_membership_or_partitions_there_is_no_fence_so_nothing_is_committed(
    member: bytes, owned: tuple[int, ...]
) -> None:
    bench = Bench(member)
    assert bench.commit(owned) is Commit.REFUSED
    assert "abort_transaction" in bench.producers[0].calls
    assert "commit_transaction" not in bench.producers[0].calls


def test_a_refusal_by_the_group_leaves_what_was_committed_standing() -> None:
    bench = Bench(fence=[error(abortable=True, code=KafkaError.UNKNOWN_MEMBER_ID)])
    assert bench.commit() is Commit.REFUSED
    assert bench.producers[0].calls[-1] == "abort_transaction"
    assert bench.commit() is Commit.DONE
    assert len(bench.producers) == 1


@pytest.mark.parametrize("step", ["flush", "commit_transaction"])
def test_a_failure_at_any_other_step_leaves_us_unsure(step: str) -> None:
    bench = Bench(**{step: [error(abortable=True)]})
    assert bench.commit() is Commit.UNSURE
    assert bench.producers[0].calls[-1] == "abort_transaction"


@pytest.mark.parametrize("step", ["flush", "fence", "commit_transaction"])
def test_a_fenced_producer_is_replaced(step: str) -> None:
    bench = Bench(**{step: [error(fatal=True, code=KafkaError._FENCED)]})
    assert bench.commit() is Commit.UNSURE
    assert len(bench.producers) == 2
    assert bench.producers[1].calls == ["init_transactions"]
    assert bench.commit() is Commit.DONE


def test_a_producer_that_cannot_even_abort_is_replaced() -> None:
    bench = Bench(fence=[error(abortable=True)], abort_transaction=[error()])
    assert bench.commit() is Commit.UNSURE
    assert len(bench.producers) == 2


def test_a_slow_broker_is_asked_again() -> None:
    bench = Bench(commit_transaction=[error(retriable=True)])
    assert bench.commit() is Commit.DONE
    assert bench.producers[0].calls.count("commit_transaction") == 2


def test_a_fence_that_did_not_answer_is_not_asked_again() -> None:
    bench = Bench(fence=[error(retriable=True)])
    assert bench.commit() is Commit.UNSURE
    assert bench.producers[0].calls[-1] == "abort_transaction"
    assert bench.commit() is Commit.DONE


def test_a_worker_that_is_told_to_stop_does_not_wait_for_the_broker() -> None:
    bench = Bench(commit_transaction=[error(retriable=True)])
    bench.stop.set()
    with pytest.raises(Stopping):
        bench.commit()


def test_an_abort_takes_back_only_what_is_open() -> None:
    bench = Bench()
    assert bench.transactions.abort() is Commit.REFUSED
    assert "abort_transaction" not in bench.producers[0].calls
    bench.transactions.write("articles.raw", b"k", b"v")
    assert bench.transactions.abort() is Commit.REFUSED
    assert bench.producers[0].calls[-1] == "abort_transaction"
