"""A taken port is named with its holder and the way out."""

from __future__ import annotations

import os
import re
import socket

import pytest

from stack import ports
from stack.errors import PortTaken
from stack.ports import Wanted
from stack.settings import LOOPBACK


def test_a_taken_port_names_port_program_holder_and_variable() -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortTaken) as caught:
            ports.check([Wanted("Kafka", "TIDEWIRE_STACK_KAFKA_PORT", port)])
    message = str(caught.value)
    assert f"Port {port}, wanted for Kafka" in message
    assert f"process {os.getpid()} " in message
    offered = re.search(r"TIDEWIRE_STACK_KAFKA_PORT=(\d+) before the command", message)
    assert offered is not None
    assert 1024 < int(offered[1]) <= ports.LAST_PORT
    assert message.endswith("Nothing was started.")


def test_every_taken_port_is_named_at_once() -> None:
    with socket.create_server((LOOPBACK, 0)) as first, socket.create_server(("0.0.0.0", 0)) as second:
        taken = [each.getsockname()[1] for each in (first, second)]
        with pytest.raises(PortTaken) as caught:
            ports.check([Wanted(f"program {port}", None, port) for port in taken])
    for port in taken:
        assert f"Port {port}, wanted for program {port}, is taken by process {os.getpid()} " in str(
            caught.value
        )
    assert "before the command" not in str(caught.value)


def test_one_port_for_two_programs_is_refused() -> None:
    (port,) = ports.free(1)
    with pytest.raises(
        PortTaken, match=f"Port {port}, wanted for reader, is wanted for Kafka too.*READER_PORT="
    ):
        ports.check([Wanted("Kafka", "KAFKA_PORT", port), Wanted("reader", "READER_PORT", port)])


def test_a_port_that_the_system_keeps_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(port: int) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(ports, "is_free", refused)
    with pytest.raises(
        PortTaken, match=r"Port 80, wanted for reader, is not for this user to take.*READER_PORT="
    ):
        ports.check([Wanted("reader", "READER_PORT", 80)])


def test_free_ports_are_distinct_and_pass_the_check() -> None:
    found = ports.free(8)
    assert len(set(found)) == 8
    ports.check([Wanted("Kafka", "TIDEWIRE_STACK_KAFKA_PORT", port) for port in found])
