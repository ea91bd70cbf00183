"""A Flink job for the stack's tests: counts into a topic, exactly once, through a Python worker.

`flink run -py counting_job.py BOOTSTRAP TOPIC`
"""

from __future__ import annotations

import sys

from pyflink.table import DataTypes, EnvironmentSettings, TableEnvironment
from pyflink.table.udf import udf


def main(bootstrap: str, topic: str) -> None:
    t = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    t.get_config().set("pipeline.name", topic)
    t.create_temporary_function("same", udf(lambda number: number, result_type=DataTypes.BIGINT()))
    t.execute_sql(
        "CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '50', "
        "'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1000000')"
    )
    t.execute_sql(
        f"CREATE TABLE counted (n BIGINT) WITH ('connector' = 'kafka', 'topic' = '{topic}', "
        f"'properties.bootstrap.servers' = '{bootstrap}', 'format' = 'json', "
        "'properties.security.protocol' = 'SASL_PLAINTEXT', 'properties.sasl.mechanism' = 'PLAIN', "
        f"'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = '{topic}', "
        "'properties.transaction.timeout.ms' = '86400000')"
    )
    t.execute_sql("INSERT INTO counted SELECT same(n) FROM numbers")


if __name__ == "__main__":
    main(*sys.argv[1:])
