"""Where the index is."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from sinks.edge import EdgeStore
from sinks.store import Store
from topics.lane import Lane


class IndexSettings(BaseSettings):
    """Embedded under the home folder, unless TIDEWIRE_INDEX_URL names a Qdrant server."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_INDEX_")

    url: str | None = None
    api_key: SecretStr | None = None
    home: Path = Field(default=Path(".tidewire"), validation_alias="TIDEWIRE_HOME")

    def folder(self, lane: Lane) -> Path:
        """The lane's own folder of the embedded index."""
        return lane.folder(self.home / "index")


def open_store(settings: IndexSettings, lane: Lane) -> Store:
    """The lane's store. Raises StoreBusy when another process has the embedded one open."""
    if settings.url is not None:
        # The client takes a second or two to import, and most installations embed the engine.
        from sinks.server import ServerStore

        key = settings.api_key
        return ServerStore(settings.url, None if key is None else key.get_secret_value())
    return EdgeStore(settings.folder(lane))
