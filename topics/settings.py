"""Where the broker is, and which lane a role works in."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from topics.lane import Lane


class BrokerSettings(BaseSettings):
    """How to reach Kafka."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_KAFKA_")

    bootstrap: str = "127.0.0.1:19092"
    replication: int = 1
    log_level: int = 4
    """What librdkafka says on standard error, by syslog's levels: warnings and worse. 0 silences it."""

    def client(self) -> dict[str, str | int | bool]:
        """The librdkafka settings every client starts from."""
        return {
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
