"""Entry point of the job ``stories``: ``flink run -d -py … <run as JSON>``."""

from __future__ import annotations

import sys
from typing import Any

from pyflink.common import Types
from pyflink.datastream import DataStream, StreamExecutionEnvironment
from pyflink.table import Schema, StreamTableEnvironment

from desks.loader import load_desks
from desks.prototypes import NO_PROTOTYPES, prototypes_of
from flink_jobs.environment import environments, name_operators
from flink_jobs.runs import Run
from flink_jobs.stories.operators import Embed, Known, Stories
from flink_jobs.stories.rows import ENCODED, FLOOD, KnownIds
from flink_jobs.stories.sources import definitions, selected, table_names
from flink_jobs.tables import encoded_sink_table, quoted
from language.models import encoder
from schemas.registry import Registry, RegistrySettings
from topics.catalogue import ARTICLES_RAW, DEAD_LETTERS
from topics.guard import FloodLimit

OUTPUT_COLUMNS = ("topic", "record_key", "record_value")
SINKS = {topic.replace(".", "_"): topic for topic in ENCODED.values()}
GOES_ON = "goes_on"


def build(run: Run, ids: KnownIds, env: StreamExecutionEnvironment, tables: StreamTableEnvironment) -> None:
    """Puts the job's graph into its environments, ready to be executed."""
    for statement in definitions(run):
        tables.execute_sql(statement)
    outputs = _stories(run, tables, ids)
    tables.create_temporary_view("outputs", tables.from_data_stream(outputs, _output_schema()))
    tables.execute_sql(f"CREATE TEMPORARY FUNCTION {GOES_ON} AS 'tidewire.flink.StopOnFlood'")
    statements = tables.create_statement_set()
    for name, topic in SINKS.items():
        shared = topic == DEAD_LETTERS
        tables.execute_sql(encoded_sink_table(name, topic, run.connection, run.job if shared else ""))
        statements.add_insert_sql(
            f"INSERT INTO {quoted(name)} SELECT `record_value`, `record_key` FROM `outputs`"
            f" WHERE {_dead_or_flood() if shared else _of(topic)}"
        )
    statements.attach_as_datastream()
    name_operators(env, {**table_names(run), **SINKS}, deduplicates=run.source == ARTICLES_RAW)


def _of(topic: str) -> str:
    return f"`topic` = '{topic}'"


def _dead_or_flood() -> str:
    reason = f"CASE WHEN `topic` = '{FLOOD}' THEN `record_key` ELSE CAST(NULL AS STRING) END"
    return f"`topic` IN ('{DEAD_LETTERS}', '{FLOOD}') AND {GOES_ON}({reason})"


def _stories(run: Run, tables: StreamTableEnvironment, ids: KnownIds) -> DataStream:
    rows = tables.to_data_stream(tables.sql_query(selected(run)))
    embed = (Embed if run.source == ARTICLES_RAW else Known)(run.stories.embedding_model)
    embedded = rows.map(embed, output_type=Types.PRIMITIVE_ARRAY(Types.BYTE())).name("embed").uid("embed")
    end_at = run.bounds.end_at if run.bounds else None
    desks = run.desks or load_desks()
    prototypes = NO_PROTOTYPES
    if any(desk.prototypes for desk in desks):
        prototypes = prototypes_of(desks, encoder(run.stories.embedding_model))
    flood = FloodLimit(failures=run.settings.flood_failures)
    stories = Stories(run.stories, desks, ids, end_at, run.weights, prototypes, run.lane, flood)
    return (
        # The order of the log is one order: everything is under one key.
        embedded.key_by(lambda _: "all", key_type=Types.STRING())
        .process(stories, output_type=_output_type())
        .name("stories")
        .uid("stories")
        .set_parallelism(1)
        # A slot has one Python worker; its own keeps clustering off the embedding's interpreter.
        .slot_sharing_group("stories")
    )


def _output_type() -> Any:
    kinds = [Types.STRING(), Types.STRING(), Types.PRIMITIVE_ARRAY(Types.BYTE())]
    return Types.ROW_NAMED(list(OUTPUT_COLUMNS), kinds)


def _output_schema() -> Schema:
    builder = Schema.new_builder()
    for name, kind in zip(OUTPUT_COLUMNS, ("STRING", "STRING", "BYTES"), strict=True):
        builder = builder.column(name, kind)
    return builder.build()


def main() -> None:
    run = Run.model_validate_json(sys.argv[1])
    ids = KnownIds.of(Registry(RegistrySettings(url=run.registry_url)))
    env, tables = environments(run.configuration())
    build(run, ids, env, tables)
    env.execute_async(run.name)


if __name__ == "__main__":
    main()
