"""The Flink session cluster, run from the wheel's distribution with its own `conf/` and `lib/`.

Both processes are started as plain Java command lines: what the distribution's shell scripts would work
out (class path, heap and direct memory) is stated here, so nothing depends on pid files.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from stack.flink_logs import CONSOLE_LOG, file_log
from stack.keys import Keys, read
from stack.programs import ONE_COMPILER, QUICK_JVM, Program
from stack.settings import LOOPBACK, StackSettings
from telemetry.environment import SETTINGS


@dataclass(frozen=True, slots=True)
class TaskManagerMemory:
    """Megabytes of each part; Flink takes them as given and does not derive any."""

    framework_heap: int = 128
    task_heap: int = 640
    framework_off_heap: int = 128
    task_off_heap: int = 64
    network: int = 192
    managed: int = 640
    metaspace: int = 384
    overhead: int = 256

    def jvm(self) -> tuple[str, ...]:
        heap = self.framework_heap + self.task_heap
        direct = self.framework_off_heap + self.task_off_heap + self.network
        return (
            f"-Xmx{heap}m",
            f"-Xms{heap}m",
            f"-XX:MaxDirectMemorySize={direct}m",
            f"-XX:MaxMetaspaceSize={self.metaspace}m",
            "-XX:+UseG1GC",
        )

    def options(self) -> dict[str, str]:
        prefix = "taskmanager.memory"
        return {
            f"{prefix}.framework.heap.size": f"{self.framework_heap}m",
            f"{prefix}.task.heap.size": f"{self.task_heap}m",
            f"{prefix}.framework.off-heap.size": f"{self.framework_off_heap}m",
            f"{prefix}.task.off-heap.size": f"{self.task_off_heap}m",
            f"{prefix}.network.min": f"{self.network}m",
            f"{prefix}.network.max": f"{self.network}m",
            f"{prefix}.managed.size": f"{self.managed}m",
            f"{prefix}.jvm-metaspace.size": f"{self.metaspace}m",
            f"{prefix}.jvm-overhead.min": f"{self.overhead}m",
            f"{prefix}.jvm-overhead.max": f"{self.overhead}m",
        }


MEMORY = TaskManagerMemory()
JOBMANAGER_JVM = ("-Xmx512m", "-Xms256m", "-XX:MaxMetaspaceSize=256m", *QUICK_JVM)
JOBMANAGER_MAIN = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"
TASKMANAGER_MAIN = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner"
CONFIGURATION = "config.yaml"
RECOVERY = "high-availability.storageDir"
PYTHON = "python.executable"


def folder(settings: StackSettings) -> Path:
    return settings.home / "flink"


def conf(settings: StackSettings) -> Path:
    return folder(settings) / "conf"


def recovery(settings: StackSettings) -> Path:
    """What a JobManager must find again of its jobs; ZooKeeper holds where in it."""
    return folder(settings) / "ha"


def lanes(settings: StackSettings) -> Path:
    """The state of every lane's jobs."""
    return folder(settings) / "lanes"


def library(settings: StackSettings) -> Path:
    return folder(settings) / "lib"


def console_log(settings: StackSettings) -> Path:
    return conf(settings) / "log4j-cli.properties"


@cache
def distribution() -> Path:
    """The folder of the apache-flink wheel; found without importing PyFlink."""
    spec = find_spec("pyflink")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("apache-flink is not installed in this environment; run `make bootstrap`")
    return Path(next(iter(spec.submodule_search_locations)))


def link_library(settings: StackSettings) -> None:
    """Links the wheel's jars and the connectors into `lib/`, and removes links that are no longer wanted."""
    wanted = {
        jar.name: jar
        for source in (distribution() / "lib", settings.jars / "flink")
        for jar in source.glob("*.jar")
    }
    library(settings).mkdir(parents=True, exist_ok=True)
    for link in library(settings).iterdir():
        if link.name not in wanted or not link.is_symlink() or link.readlink() != wanted[link.name]:
            link.unlink()
    for name, jar in wanted.items():
        link = library(settings) / name
        if not link.is_symlink():
            link.symlink_to(jar)


def class_path(settings: StackSettings) -> str:
    """As Flink's scripts order it: by name, the distribution last."""
    names = sorted(
        {jar.name for jar in (distribution() / "lib").glob("*.jar")}
        | {jar.name for jar in (settings.jars / "flink").glob("*.jar")},
        key=lambda name: (name.startswith("flink-dist"), name),
    )
    return ":".join(str(library(settings) / name) for name in names)


def known_options(options: str, release: str) -> str:
    """`options` but those that open a module which the runtime with this `release` file does not have."""
    match = re.search(r'^MODULES="([^"]*)"', release, re.MULTILINE)
    modules = set(match.group(1).split()) if match else set()
    opened = re.compile(r"--add-(?:exports|opens)=([^/]+)/")
    return " ".join(
        option
        for option in options.split()
        if not modules or (found := opened.match(option)) is None or found.group(1) in modules
    )


@cache
def java_options(java_home: Path) -> str:
    """The module options that the distribution's own configuration asks for."""
    shipped: Any = yaml.safe_load((distribution() / "conf" / "config.yaml").read_text())
    options = known_options(shipped["env"]["java"]["opts"]["all"], (java_home / "release").read_text())
    return f"{options} -Djava.security.manager=allow"


def configuration(settings: StackSettings) -> dict[str, str | int | float | bool]:
    """`config.yaml` by flat keys."""
    state = folder(settings)
    interval_ms = round(settings.checkpoint_interval_s * 1000)
    return {
        "env.java.home": str(settings.java_home),
        "env.java.opts.all": " ".join([java_options(settings.java_home), *logins(settings.keys)]),
        "env.java.opts.client": " ".join(QUICK_JVM),
        "env.log.dir": str(settings.logs),
        "env.pid.dir": str(state / "pid"),
        "jobmanager.rpc.address": LOOPBACK,
        "jobmanager.rpc.port": settings.jobmanager_port,
        "jobmanager.bind-host": LOOPBACK,
        "rest.address": LOOPBACK,
        "rest.bind-address": LOOPBACK,
        "rest.port": settings.flink_port,
        "rest.bind-port": str(settings.flink_port),
        "web.submit.enable": False,
        "web.cancel.enable": False,
        "taskmanager.host": LOOPBACK,
        "taskmanager.bind-host": LOOPBACK,
        "taskmanager.numberOfTaskSlots": settings.slots,
        "taskmanager.cpu.cores": 2.0,
        **MEMORY.options(),
        "heartbeat.interval": "2 s",
        "heartbeat.timeout": "10 s",
        "high-availability.type": "zookeeper",
        RECOVERY: recovery(settings).as_uri(),
        "high-availability.cluster-id": "/tidewire",
        "high-availability.jobmanager.port": str(settings.jobmanager_port),
        "high-availability.zookeeper.quorum": f"{LOOPBACK}:{settings.zookeeper_port}",
        "high-availability.zookeeper.client.acl": "creator",
        "high-availability.zookeeper.client.session-timeout": "6 s",
        "high-availability.zookeeper.client.connection-timeout": "3 s",
        # a restart of ZooKeeper alone does not stop the jobs
        "high-availability.zookeeper.client.tolerate-suspended-connections": True,
        "state.backend.type": "rocksdb",
        "execution.checkpointing.interval": f"{interval_ms} ms",
        "execution.checkpointing.min-pause": f"{interval_ms // 4} ms",
        "execution.checkpointing.mode": "EXACTLY_ONCE",
        "execution.checkpointing.timeout": "2 min",
        "execution.checkpointing.tolerable-failed-checkpoints": 10,
        "execution.checkpointing.incremental": True,
        "execution.checkpointing.storage": "filesystem",
        "execution.checkpointing.dir": (state / "checkpoints").as_uri(),
        "execution.checkpointing.savepoint-dir": (state / "savepoints").as_uri(),
        "execution.checkpointing.num-retained": 3,
        "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
        "restart-strategy.type": "exponential-delay",
        "restart-strategy.exponential-delay.initial-backoff": "500 ms",
        "restart-strategy.exponential-delay.max-backoff": "10 s",
        "pipeline.auto-watermark-interval": "100 ms",
        "table.local-time-zone": "UTC",
        PYTHON: sys.executable,
        "python.client.executable": sys.executable,
        "python.fn-execution.bundle.size": 500,
        "python.fn-execution.bundle.time": 50,
        "io.tmp.dirs": str(state / "tmp" / "client"),
    }


def logins(keys: Keys) -> tuple[str, ...]:
    """With what Kafka's and ZooKeeper's clients log in, and whom the registry's trust."""
    return (
        f"-Djava.security.auth.login.config={keys.jaas}",
        f"-Djavax.net.ssl.trustStore={keys.trust}",
        "-Djavax.net.ssl.trustStoreType=PKCS12",
    )


def tls(keys: Keys) -> dict[str, str | bool]:
    """Both sides of every connection to and within the cluster show the stack's certificate."""
    store, password = str(keys.store), read(keys.store_password)
    stores = {
        f"security.ssl.{where}.{what}": value
        for where in ("rest", "internal")
        for what, value in (
            ("keystore", store),
            ("truststore", store),
            ("keystore-password", password),
            ("key-password", password),
            ("truststore-password", password),
        )
    }
    return {
        "security.ssl.rest.enabled": True,
        "security.ssl.rest.authentication-enabled": True,
        "security.ssl.internal.enabled": True,
        "security.ssl.protocol": "TLSv1.3",
        # Flink names suites of TLS 1.2 unless told.
        "security.ssl.algorithms": "TLS_AES_128_GCM_SHA256,TLS_AES_256_GCM_SHA384",
        **stores,
    }


def files(settings: StackSettings) -> dict[Path, str]:
    """Raises OSError when the stack's keys are not there."""
    log = file_log(settings.log_megabytes, settings.log_backups)
    configured = {**configuration(settings), **tls(settings.keys)}
    return {
        conf(settings) / CONFIGURATION: yaml.safe_dump(configured, width=10_000),
        conf(settings) / "log4j-console.properties": log,
        conf(settings) / "log4j.properties": log,
        console_log(settings): CONSOLE_LOG,
        conf(settings) / "masters": f"{LOOPBACK}:{settings.flink_port}\n",
        conf(settings) / "workers": f"{LOOPBACK}\n",
    }


def environment(settings: StackSettings) -> dict[str, str]:
    """What Flink's scripts (`flink run`) and PyFlink need to work against this cluster."""
    home = distribution()
    return {
        "JAVA_HOME": str(settings.java_home),
        "FLINK_HOME": str(folder(settings)),
        "FLINK_CONF_DIR": str(conf(settings)),
        "FLINK_LIB_DIR": str(library(settings)),
        "FLINK_PLUGINS_DIR": str(home / "plugins"),
        # a real folder: through a link `flink run -py` reports that flink-python is missing
        "FLINK_OPT_DIR": str(home / "opt"),
        "FLINK_BIN_DIR": str(home / "bin"),
        "FLINK_LOG_DIR": str(settings.logs),
        "FLINK_PID_DIR": str(folder(settings) / "pid"),
        "MALLOC_ARENA_MAX": "2",
        # Python workers are many already; BLAS threads of their own would only get in each other's way
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


def _program(settings: StackSettings, name: str, jvm: tuple[str, ...], main: str) -> Program:
    temporary = folder(settings) / "tmp" / name
    return Program(
        name=name,
        argv=(
            str(settings.java),
            *jvm,
            f"-Djava.io.tmpdir={temporary}",
            "-XX:+ExitOnOutOfMemoryError",
            *java_options(settings.java_home).split(),
            *logins(settings.keys),
            f"-Dlog.file={settings.logs / name}.log",
            f"-Dlog4j.configurationFile=file:{conf(settings) / 'log4j.properties'}",
            "-classpath",
            class_path(settings),
            main,
            "--configDir",
            str(conf(settings)),
            "-D",
            f"io.tmp.dirs={temporary}",
        ),
        directory=str(folder(settings)),
        # Python workers read the settings of their jobs, and ask the registry.
        env={**environment(settings), "TIDEWIRE_REGISTRY_CA": str(settings.keys.certificate)},
        passes=SETTINGS,
        clear=(str(temporary),),
        end_leftovers=True,
        # beside the .log, where the web UI looks for it
        output=f"{name}.out",
    )


def jobmanager(settings: StackSettings) -> Program:
    program = _program(settings, "jobmanager", JOBMANAGER_JVM, JOBMANAGER_MAIN)
    return replace(program, results=str(recovery(settings) / "job-result-store"))


def taskmanager(settings: StackSettings) -> Program:
    jvm = (*MEMORY.jvm(), ONE_COMPILER) if settings.one_compiler else MEMORY.jvm()
    return _program(settings, "taskmanager", jvm, TASKMANAGER_MAIN)
