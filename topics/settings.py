"""Where the broker is, and which lane a role works in."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from topics.lane import Lane

USER = "tidewire"
PROTOCOL = "SASL_PLAINTEXT"
MECHANISM = "PLAIN"


class BrokerSettings(BaseSettings):
    """How to reach Kafka. ``password_file``: that of a broker which asks for one."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_KAFKA_")

    bootstrap: str = "127.0.0.1:19092"
    replication: int = 1
    password_file: Path | None = None
    log_level: int = 4
    """What librdkafka says on standard error, by syslog's levels: warnings and worse. 0 silences it."""

    def password(self) -> str | None:
        """None for a broker that asks for none. Raises OSError when the file is not there."""
        return None if self.password_file is None else self.password_file.read_text("ascii").strip()

    def client(self) -> dict[str, str | int | bool]:
        """The librdkafka settings every client starts from. Raises OSError as password() does."""
        password = self.password()
        asked = {
            "security.protocol": PROTOCOL,
            "sasl.mechanism": MECHANISM,
            "sasl.username": USER,
            "sasl.password": password or "",
        }
        return {
            **(asked if password is not None else {}),
            "bootstrap.servers": self.bootstrap,
            "broker.address.family": "v4",
            "log.connection.close": False,
            "log_level": self.log_level,
        }


class LaneSettings(BaseSettings):
    """The lane of a role, from TIDEWIRE_LANE."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_")

    lane_name: str = Field(default="live", validation_alias="TIDEWIRE_LANE")

    @property
    def lane(self) -> Lane:
        """Raises ValueError for a name that cannot be a lane's."""
        return Lane(self.lane_name)
