"""Where the index is."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from sinks.edge import EdgeStore
from sinks.store import Store
from topics.lane import Lane


class KeyUnreadable(OSError):
    """The file of the index's key holds no key; the message says what to do."""


class IndexSettings(BaseSettings):
    """Embedded under the home folder, unless TIDEWIRE_INDEX_URL names a Qdrant server.

    Its key is given in ``api_key``, or lies in the file ``api_key_file``.
    """

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_INDEX_")

    url: str | None = None
    api_key: SecretStr | None = None
    api_key_file: Path | None = None
    home: Path = Field(default=Path(".tidewire"), validation_alias="TIDEWIRE_HOME")

    def key(self) -> str | None:
        """The server's key. Raises KeyUnreadable when its file holds none."""
        if self.api_key is not None:
            return self.api_key.get_secret_value()
        if self.api_key_file is None:
            return None
        try:
            key = self.api_key_file.read_text().strip()
        except OSError as error:
            raise KeyUnreadable(
                f"the index's key cannot be read from {self.api_key_file} ({error.strerror or error}); "
                "write it there, readable for this process, or unset TIDEWIRE_INDEX_API_KEY_FILE"
            ) from error
        if not key:
            raise KeyUnreadable(f"{self.api_key_file} is empty; write the index's key into it")
        return key

    def folder(self, lane: Lane) -> Path:
        """The lane's own folder of the embedded index."""
        return lane.folder(self.home / "index")


def open_store(settings: IndexSettings, lane: Lane) -> Store:
    """The lane's store. Raises StoreBusy when another process has the embedded one open, KeyUnreadable."""
    if settings.url is not None:
        # The client takes a second or two to import, and most installations embed the engine.
        from sinks.server import ServerStore

        return ServerStore(settings.url, settings.key())
    return EdgeStore(settings.folder(lane))
