"""Entry point of the job ``articles``: ``flink run -d -py … <run as JSON>``."""

from __future__ import annotations

import sys

from pyflink.datastream import StreamExecutionEnvironment

from flink_jobs.articles.statements import SINKS, definitions, inserts
from flink_jobs.deduplicated import RAW
from flink_jobs.environment import environments, name_operators
from flink_jobs.runs import Run
from topics.catalogue import ARTICLES_RAW


def build(run: Run) -> StreamExecutionEnvironment:
    """The job's stream environment, ready to be executed."""
    env, tables = environments(run.configuration())
    for statement in definitions(run.connection, run.times, run.bounds):
        tables.execute_sql(statement)
    outputs = tables.create_statement_set()
    for statement in inserts(run.articles, run.times, run.bounds):
        outputs.add_insert_sql(statement)
    outputs.attach_as_datastream()
    name_operators(env, {RAW: ARTICLES_RAW, **SINKS})
    return env


def main() -> None:
    run = Run.model_validate_json(sys.argv[1])
    build(run).execute_async(run.name)


if __name__ == "__main__":
    main()
