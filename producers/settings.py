"""What a producer worker can be told, all by environment variables ``TIDEWIRE_PRODUCERS_…``."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.limits import (
    FAMILY_NEW_PER_HOUR,
    FAMILY_REVISIONS_PER_HOUR,
    FIRST_POLL_ENTRIES,
    LETTERS_PER_HOUR,
    NEW_PER_HOUR,
    REVISIONS_PER_HOUR,
)

GROUP = "producers"
LOGINS = "feed-logins.json"


class ScheduleSettings(BaseSettings):
    """How often a feed is asked."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_PRODUCERS_")

    min_interval_s: float = Field(default=300.0, gt=0)
    max_interval_s: float = Field(default=86_400.0, gt=0)
    max_server_delay_s: float = Field(
        default=7 * 86_400.0, ge=0, description="What TTL, Retry-After and caching may ask for."
    )
    polls_per_entry: float = Field(default=1.0, gt=0, description="Polls planned for each expected entry.")
    failures_before_original_url: int = Field(default=5, ge=1)


class FetchSettings(BaseSettings):
    """Limits of a request."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_PRODUCERS_")

    max_body_bytes: int = Field(default=10 * 1024 * 1024, gt=0)
    connect_timeout_s: float = Field(default=10.0, gt=0)
    total_timeout_s: float = Field(default=30.0, gt=0)
    max_redirects: int = Field(default=5, ge=0)
    per_host: int = Field(default=4, gt=0, description="Requests at once to one host.")
    contact: str = Field(default="", description="A URL or address in the User-Agent, for who runs a server.")
    allow_hosts: str = Field(
        default="",
        description="Hosts (or host:port, whatever the port), comma-separated, that may be private.",
    )

    allow_ports: str = Field(
        default="", description="Ports, comma-separated, that feeds may be fetched from besides the web's."
    )

    @field_validator("allow_ports")
    @classmethod
    def _are_ports(cls, value: str) -> str:
        for port in filter(None, map(str.strip, value.split(","))):
            if not (port.isdecimal() and 0 < int(port) < 65_536):
                raise ValueError(f"{port!r} is no port")
        return value

    @property
    def allowed_ports(self) -> frozenset[int]:
        """The ports that the operator adds to producers.addresses.PORTS."""
        return frozenset(int(port) for port in self.allow_ports.split(",") if port.strip())

    @property
    def allowed(self) -> frozenset[str]:
        """The hosts whose addresses are not checked, lower case."""
        return frozenset(host.strip().lower() for host in self.allow_hosts.split(",") if host.strip())


class ParseSettings(BaseSettings):
    """Limits of reading one document."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_PRODUCERS_")

    parse_timeout_s: float = Field(default=15.0, gt=0)
    parse_memory_bytes: int = Field(default=192 * 1024**2, gt=0)
    parse_processes: int = Field(default=2, gt=0)


class QuotaSettings(BaseSettings):
    """What may go into the log within an hour; a family's is of those of its feeds that a worker owns."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_PRODUCERS_")

    new_per_hour: int = Field(default=NEW_PER_HOUR, gt=0)
    revisions_per_hour: int = Field(default=REVISIONS_PER_HOUR, gt=0)
    family_new_per_hour: int = Field(default=FAMILY_NEW_PER_HOUR, gt=0)
    family_revisions_per_hour: int = Field(default=FAMILY_REVISIONS_PER_HOUR, gt=0)
    first_poll_entries: int = Field(default=FIRST_POLL_ENTRIES, gt=0, description="Of a feed's first poll.")
    letters_per_hour: int = Field(default=LETTERS_PER_HOUR, gt=0, description="Of unreadable entries.")


class WorkerSettings(BaseSettings):
    """The loop."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_PRODUCERS_")

    commit_interval_s: float = Field(default=1.0, gt=0)
    tick_interval_s: float = Field(default=2.0, gt=0)
    concurrency: int = Field(default=64, gt=0, description="Polls at once.")
    transaction_timeout_ms: int = Field(default=10_000, gt=0)
    story_window_s: float = Field(default=7 * 86_400.0, gt=0, description="Older at first is backfill.")
    seen_retention_s: float = Field(default=30 * 86_400.0, gt=0, description="As long as raw is kept.")
    home: Path = Field(default=Path(".tidewire"), validation_alias="TIDEWIRE_HOME")
    logins_file: Path | None = Field(
        default=None, description="Users and passwords of feeds; default: feed-logins.json in the home."
    )
    health_port: int | None = Field(
        default=None, ge=0, le=65_535, description="Health and metrics over HTTP on loopback."
    )

    @property
    def logins_path(self) -> Path:
        """Where users and passwords of feeds are kept."""
        return self.logins_file or self.home / LOGINS
