"""The schema registry: Confluent's API, one subject a record, compatibility FULL_TRANSITIVE."""

from __future__ import annotations

import weakref
import zlib
from pathlib import Path

from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.error import SchemaRegistryError
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.codec import full_name, schema_text
from schemas.records import SCHEMA_FILES, Record

COMPATIBILITY = "FULL_TRANSITIVE"


class RegistrySettings(BaseSettings):
    """Where the registry is. ``ca``: a PEM file with the one certificate to trust, if it speaks TLS."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_REGISTRY_")

    url: str = "http://127.0.0.1:18081/apis/ccompat/v7"
    ca: Path | None = None


class IncompatibleSchema(RuntimeError):
    """The registry refused a schema."""


class UnregisteredSchema(RuntimeError):
    """A record's schema is not in the registry yet."""


class Registry:
    """Ids and schemas from a registry, each asked for once."""

    def __init__(self, settings: RegistrySettings) -> None:
        self._url = settings.url
        asked = {} if settings.ca is None else {"ssl.ca.location": str(settings.ca)}
        self._client = SchemaRegistryClient({"url": settings.url, **asked})
        # whoever lets go of the registry lets go of its connections
        weakref.finalize(self, self._client.close)
        self._ids: dict[type[Record], int] = {}

    def id_of(self, record_type: type[Record]) -> int:
        """Raises UnregisteredSchema when register_all has not run against this registry."""
        if record_type not in self._ids:
            subject = full_name(record_type)
            try:
                found = self._client.lookup_schema(subject, Schema(schema_text(record_type), "AVRO"))
            except SchemaRegistryError as error:
                if error.http_status_code != 404:
                    raise
                raise UnregisteredSchema(
                    f"{subject} is not registered at {self._url}; run `./tw topics --create` to register it"
                ) from error
            self._ids[record_type] = _known(found.schema_id, subject)
        return self._ids[record_type]

    def schema_of(self, schema_id: int) -> str:
        """Raises KeyError when the registry knows no such id."""
        try:
            found = self._client.get_schema(schema_id)
        except SchemaRegistryError as error:
            if error.http_status_code == 404:
                raise KeyError(schema_id) from error
            raise
        return str(found.schema_str)

    def register_all(self) -> dict[str, int]:
        """Registers every record's schema; subject to id. Doing it again changes nothing.

        Raises IncompatibleSchema when a schema breaks what the log already holds.
        """
        self._client.set_compatibility(level=COMPATIBILITY)
        registered = {}
        for record_type in SCHEMA_FILES.values():
            subject = full_name(record_type)
            try:
                schema_id = self._client.register_schema(subject, Schema(schema_text(record_type), "AVRO"))
            except SchemaRegistryError as error:
                if error.http_status_code != 409:
                    raise
                raise IncompatibleSchema(
                    f"{subject} at {self._url}: {error.error_message}; give new fields a default, "
                    "or start with an empty TIDEWIRE_HOME"
                ) from error
            self._ids[record_type] = schema_id
            registered[subject] = schema_id
        return registered


class LocalSchemas:
    """Ids without a registry: for tests, and for reading files of records."""

    def __init__(self) -> None:
        self._ids = {
            record_type: zlib.crc32(full_name(record_type).encode()) for record_type in SCHEMA_FILES.values()
        }
        self._types = {schema_id: record_type for record_type, schema_id in self._ids.items()}

    def id_of(self, record_type: type[Record]) -> int:
        """A number made from the record's name."""
        return self._ids[record_type]

    def schema_of(self, schema_id: int) -> str:
        """Raises KeyError for a number not made here."""
        return schema_text(self._types[schema_id])


def _known(schema_id: int | None, subject: str) -> int:
    if schema_id is None:
        raise UnregisteredSchema(f"the registry answered without an id for {subject}")
    return schema_id
