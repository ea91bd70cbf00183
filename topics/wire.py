"""Three requests of Kafka's protocol that no client library here has, in the terms of aiokafka's.

AlterClientQuotas (key 49, version 0), ListTransactions (66, 0), and LeaveGroup for others (13, 3), as the
protocol's guide (kafka.apache.org/protocol) lays them out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.errors import for_code
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    Array,
    Boolean,
    CompactArray,
    CompactString,
    Float64,
    Int16,
    Int32,
    Int64,
    Schema,
    String,
    TaggedFields,
)

from topics.settings import MECHANISM, PROTOCOL, USER, BrokerSettings

TEXT = String("utf-8")
COMPACT_TEXT = CompactString("utf-8")
ENTITY = ("entity", Array(("entity_type", TEXT), ("entity_name", TEXT)))
READ_RATE = "consumer_byte_rate"


class Refused(RuntimeError):
    """The broker did not do what it was asked; the message is its own."""


class AlterClientQuotasResponse(Response):  # type: ignore[misc]
    API_KEY = 49
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("entries", Array(("error_code", Int16), ("error_message", TEXT), ENTITY)),
    )


class AlterClientQuotasStruct(RequestStruct):  # type: ignore[misc]
    API_KEY = 49
    API_VERSION = 0
    RESPONSE_TYPE = AlterClientQuotasResponse
    SCHEMA = Schema(
        (
            "entries",
            Array(ENTITY, ("ops", Array(("key", TEXT), ("value", Float64), ("remove", Boolean)))),
        ),
        ("validate_only", Boolean),
    )


class AlterClientQuotas(Request[AlterClientQuotasStruct]):  # type: ignore[misc]
    """Sets, or with None takes away, how many bytes a second each client id may read."""

    API_KEY = 49

    def __init__(self, rates: Mapping[str, int | None]) -> None:
        self._entries = [
            ([("client-id", client)], [(READ_RATE, float(rate or 0), rate is None)])
            for client, rate in sorted(rates.items())
        ]

    def build(self, request_struct_class: type[AlterClientQuotasStruct]) -> AlterClientQuotasStruct:
        return request_struct_class(self._entries, False)


class ListTransactionsResponse(Response):  # type: ignore[misc]
    API_KEY = 66
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("error_code", Int16),
        ("unknown_state_filters", CompactArray(COMPACT_TEXT)),
        (
            "transactions",
            CompactArray(
                ("transactional_id", COMPACT_TEXT),
                ("producer_id", Int64),
                ("state", COMPACT_TEXT),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class ListTransactionsStruct(RequestStruct):  # type: ignore[misc]
    FLEXIBLE_VERSION = True
    API_KEY = 66
    API_VERSION = 0
    RESPONSE_TYPE = ListTransactionsResponse
    SCHEMA = Schema(
        ("state_filters", CompactArray(COMPACT_TEXT)),
        ("producer_id_filters", CompactArray(Int64)),
        ("tags", TaggedFields),
    )


class ListTransactions(Request[ListTransactionsStruct]):  # type: ignore[misc]
    """Transactional ids in one state, of which one broker is the coordinator."""

    API_KEY = 66

    def __init__(self, state: str) -> None:
        self._state = state

    def build(self, request_struct_class: type[ListTransactionsStruct]) -> ListTransactionsStruct:
        return request_struct_class([self._state], [], {})


class LeaveGroupResponse(Response):  # type: ignore[misc]
    API_KEY = 13
    API_VERSION = 3
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("error_code", Int16),
        ("members", Array(("member_id", TEXT), ("group_instance_id", TEXT), ("error_code", Int16))),
    )


class LeaveGroupStruct(RequestStruct):  # type: ignore[misc]
    API_KEY = 13
    API_VERSION = 3
    RESPONSE_TYPE = LeaveGroupResponse
    SCHEMA = Schema(("group_id", TEXT), ("members", Array(("member_id", TEXT), ("group_instance_id", TEXT))))


class LeaveGroup(Request[LeaveGroupStruct]):  # type: ignore[misc]
    """Takes members out of a group; a static one by its instance, for it does not leave by itself."""

    API_KEY = 13

    def __init__(self, group: str, members: Iterable[tuple[str, str | None]]) -> None:
        self._group = group
        self._members = list(members)

    def build(self, request_struct_class: type[LeaveGroupStruct]) -> LeaveGroupStruct:
        return request_struct_class(self._group, self._members)


def set_read_quotas(settings: BrokerSettings, rates: Mapping[str, int | None]) -> None:
    """By client id: at most so many whole bytes a second; None takes the quota away. Raises Refused."""
    if rates:
        asyncio.run(_set_read_quotas(settings, rates))


def open_transactions(settings: BrokerSettings) -> list[str]:
    """The ids of all transactions that are neither committed nor aborted, sorted. Raises Refused."""
    return sorted(asyncio.run(_open_transactions(settings)))


def leave_group(settings: BrokerSettings, group: str, members: Iterable[tuple[str, str | None]]) -> None:
    """Takes members (id, and instance of a static one) out of a group. Raises Refused."""
    asyncio.run(_leave_group(settings, group, list(members)))


async def _leave_group(settings: BrokerSettings, group: str, members: list[tuple[str, str | None]]) -> None:
    client = await connected(settings)
    try:
        coordinator = await client.coordinator_lookup(CoordinationType.GROUP, group)
        await client.ready(coordinator, group=ConnectionGroup.COORDINATION)
        answer = await client.send(
            coordinator, LeaveGroup(group, members), group=ConnectionGroup.COORDINATION
        )
    finally:
        await client.close()
    _check(answer.error_code, f"{group} lets none of its members go")


async def _set_read_quotas(settings: BrokerSettings, rates: Mapping[str, int | None]) -> None:
    client = await connected(settings)
    try:
        answer = await client.send(client.get_random_node(), AlterClientQuotas(rates))
    finally:
        await client.close()
    for code, message, entity, *_ in answer.entries:
        _check(code, f"the quota of {entity[0][1]}: {message}")


async def _open_transactions(settings: BrokerSettings) -> list[str]:
    client = await connected(settings)
    found = []
    try:
        for broker in client.cluster.brokers():
            answer = await client.send(broker.nodeId, ListTransactions("Ongoing"))
            _check(answer.error_code, f"broker {broker.nodeId} does not list transactions")
            found += [str(each[0]) for each in answer.transactions]
    finally:
        await client.close()
    return found


async def connected(settings: BrokerSettings) -> AIOKafkaClient:
    """A client that knows the cluster; close it."""
    password = settings.password()
    asked = {
        "security_protocol": PROTOCOL,
        "sasl_mechanism": MECHANISM,
        "sasl_plain_username": USER,
        "sasl_plain_password": password,
    }
    client = AIOKafkaClient(
        bootstrap_servers=settings.bootstrap.split(","), **(asked if password is not None else {})
    )
    await client.bootstrap()
    return client


def _check(code: int, what: str) -> None:
    if code:
        raise Refused(f"{what} ({for_code(code).__name__})")
