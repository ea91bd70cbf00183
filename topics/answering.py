"""Whether a broker answers at all: asked before anything that would wait long for one that is not there."""

from __future__ import annotations

import socket

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from topics.settings import BrokerSettings

CONNECT_S = 1.0
# A broker that listens may be busy; what does not listen is told by the connection alone.
METADATA_S = 5.0


def answers(settings: BrokerSettings) -> bool:
    """Whether some broker of the list listens and tells of its topics."""
    if not any(_listens(each) for each in settings.bootstrap.split(",")):
        return False
    if settings.password_file is not None and not settings.password_file.exists():
        # Who listens there is not the broker of this home, which has never been started.
        return False
    quiet = settings.model_copy(update={"log_level": 0})
    try:
        AdminClient(dict(quiet.client())).list_topics(timeout=METADATA_S)
    except KafkaException:
        return False
    return True


def _listens(address: str) -> bool:
    """An address without a port is left to librdkafka, which knows its default."""
    host, _, port = address.strip().rpartition(":")
    if not host or not port.isdecimal():
        return True
    try:
        with socket.create_connection((host.rsplit("/", 1)[-1], int(port)), timeout=CONNECT_S):
            return True
    except OSError:
        return False
