"""Entry point of the job ``articles``: ``flink run -d -py … <run as JSON>``."""

from __future__ import annotations

import sys

from pyflink.datastream import StreamExecutionEnvironment
from pyflink.table import StreamTableEnvironment

from flink_jobs.articles.statements import TABLES, definitions, inserts
from flink_jobs.deduplicated import RAW
from flink_jobs.environment import environments, name_operators
from flink_jobs.runs import Run
from topics.catalogue import ARTICLES_RAW


def build(run: Run, env: StreamExecutionEnvironment, tables: StreamTableEnvironment) -> None:
    """Puts the job's graph into its environments, ready to be executed."""
    for statement in definitions(run.connection, run.times, run.bounds, run.start, run.without):
        tables.execute_sql(statement)
    outputs = tables.create_statement_set()
    for statement in inserts(run.articles, run.times, run.bounds, run.start, run.lane):
        outputs.add_insert_sql(statement)
    outputs.attach_as_datastream()
    name_operators(env, {RAW: ARTICLES_RAW, **TABLES})


def main() -> None:
    run = Run.model_validate_json(sys.argv[1])
    env, tables = environments(run.configuration())
    build(run, env, tables)
    env.execute_async(run.name)


if __name__ == "__main__":
    main()
