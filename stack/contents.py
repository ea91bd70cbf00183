"""What the log and the registry must hold before a role starts: the live lane's topics, every schema."""

from __future__ import annotations

from schemas.registry import Registry, RegistrySettings
from stack.settings import StackSettings
from topics.admin import ensure_topics
from topics.numbering import check_numbering
from topics.settings import BrokerSettings


def broker(settings: StackSettings) -> BrokerSettings:
    return BrokerSettings(bootstrap=settings.bootstrap, password_file=settings.keys.kafka_password)


def registry(settings: StackSettings) -> RegistrySettings:
    return RegistrySettings(url=settings.registry_url, ca=settings.keys.certificate)


def prepare(settings: StackSettings) -> None:
    """Makes what is missing.

    Raises IncompatibleSchema when a schema breaks what the log already holds, NumberingLost when the
    registry is another one than the log was written with.
    """
    schemas = Registry(registry(settings))
    schemas.register_all()
    ensure_topics(broker(settings))
    check_numbering(broker(settings), schemas)
