"""From a run to Flink's environments, and from a job's graph to operators with names that last."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pyflink.common import Configuration
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.table import StreamTableEnvironment

SIZE = re.compile(r"size=\[([^\]]+)\]")
# Names that the planner gives its operators, and what ours are called after.
SQL_OPERATORS = {
    "Deduplicate": "deduplicate",
    "LocalWindowAggregate": "window (local)",
    "GlobalWindowAggregate": "window",
}
TABLE_ROLES = {"SourceTransformation": "source", "SinkTransformation": "sink"}


class UnnamedOperator(RuntimeError):
    """A stateful operator would have got a positional id; its state would not survive a change."""


def environments(options: Mapping[str, str]) -> tuple[StreamExecutionEnvironment, StreamTableEnvironment]:
    """The two environments of a job, with these Flink options over the cluster's."""
    configuration = Configuration()
    for key, value in options.items():
        configuration.set_string(key, value)
    env = StreamExecutionEnvironment.get_execution_environment(configuration)
    return env, StreamTableEnvironment.create(env)


def name_operators(
    env: StreamExecutionEnvironment, tables: Mapping[str, str], deduplicates: bool = True
) -> dict[str, str]:
    """Sets name and uid of the SQL operators of an attached statement set; uid to name.

    ``tables``: table name to what its source or sink is to be called. ``deduplicates``: whether there
    is to be a deduplication. Flink gives SQL operators ids
    by position in the graph, and a savepoint would not outlive a change of topology; there is no
    public way to set others. Raises UnnamedOperator when a table or the deduplication is not found,
    or two operators would be called the same.
    """
    named: dict[str, str] = {}
    for each in transformations(env):
        lasting = _lasting_name(each, tables)
        if lasting is None or each.getUid() is not None:
            continue
        uid, name = lasting
        if uid in named:
            raise UnnamedOperator(f"{each.getName()}: there are two of {uid!r}; tell them apart")
        named[uid] = name
        each.setUid(uid)
        each.setName(name)
    wanted = {*tables.values(), *([SQL_OPERATORS["Deduplicate"]] if deduplicates else [])}
    missing = wanted - set(named.values())
    if missing:
        raise UnnamedOperator(f"no operator was found for {sorted(missing)}; there are {sorted(named)}")
    return named


def _lasting_name(transformation: Any, tables: Mapping[str, str]) -> tuple[str, str] | None:
    """Uid and name."""
    # Sources are "KafkaSource-catalog.database.table", everything else is "Kind[position]".
    kind = str(transformation.getName()).partition("[")[0].rpartition(".")[2]
    if kind in SQL_OPERATORS:
        size = SIZE.search(str(transformation.getDescription()))
        name = f"{SQL_OPERATORS[kind]} {size[1]}" if size else SQL_OPERATORS[kind]
        return name, name
    role = TABLE_ROLES.get(str(transformation.getClass().getSimpleName()))
    return (f"{role} {tables[kind]}", tables[kind]) if role and kind in tables else None


def transformations(env: StreamExecutionEnvironment) -> Iterator[Any]:
    """Every transformation once, sinks before what feeds them."""
    waiting = list(env._j_stream_execution_environment.getTransformations())
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if each.getId() in seen:
            continue
        seen.add(each.getId())
        yield each
        waiting.extend(each.getInputs())
