"""A taken port is named with its holder and the way out."""

from __future__ import annotations

import os
import re
import socket

import pytest

from tidewire.stack import ports
from tidewire.stack.errors import PortTaken
from tidewire.stack.settings import LOOPBACK


def test_a_taken_port_names_port_holder_and_variable() -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortTaken) as caught:
            ports.check([("Kafka", "TIDEWIRE_STACK_KAFKA_PORT", port)])
    message = str(caught.value)
    assert f"Port {port}, wanted for Kafka" in message
    assert f"process {os.getpid()} " in message
    offered = re.search(r"TIDEWIRE_STACK_KAFKA_PORT=(\d+) \./tw up \(later commands know it", message)
    assert offered is not None
    assert 1024 < int(offered[1]) <= ports.LAST_PORT


def test_free_ports_are_distinct_and_pass_the_check() -> None:
    found = ports.free(8)
    assert len(set(found)) == 8
    ports.check([("Kafka", "TIDEWIRE_STACK_KAFKA_PORT", port) for port in found])
