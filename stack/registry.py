"""The schema registry: Apicurio with the Confluent API, its schemas in an H2 file."""

from __future__ import annotations

from pathlib import Path

from stack.keys import read
from stack.programs import QUICK_JVM, Program
from stack.settings import LOOPBACK, StackSettings


def folder(settings: StackSettings) -> Path:
    return settings.home / "registry"


def environment(settings: StackSettings) -> dict[str, str]:
    """Apicurio is configured by its environment alone."""
    return {
        "MALLOC_ARENA_MAX": "2",
        "QUARKUS_HTTP_HOST": LOOPBACK,
        "QUARKUS_HTTP_SSL_PORT": str(settings.registry_port),
        "QUARKUS_HTTP_INSECURE_REQUESTS": "disabled",
        "QUARKUS_HTTP_SSL_CERTIFICATE_KEY_STORE_FILE": str(settings.keys.store),
        "QUARKUS_HTTP_SSL_CERTIFICATE_KEY_STORE_FILE_TYPE": "PKCS12",
        "QUARKUS_MANAGEMENT_HOST": LOOPBACK,
        "QUARKUS_MANAGEMENT_PORT": str(settings.registry_management_port),
        "QUARKUS_LOG_LEVEL": "WARN",
        "APICURIO_LOG_LEVEL": "WARN",
        "QUARKUS_HTTP_ACCESS_LOG_ENABLED": "false",
        # without it white space alone makes a new version and id
        "APICURIO_CCOMPAT_USE_CANONICAL_HASH": "true",
        "APICURIO_STORAGE_KIND": "sql",
        "APICURIO_STORAGE_SQL_KIND": "h2",
        "APICURIO_DATASOURCE_URL": f"jdbc:h2:file:{folder(settings) / 'registry'};DB_CLOSE_ON_EXIT=FALSE",
        "APICURIO_DATASOURCE_USERNAME": "sa",
        "APICURIO_DATASOURCE_PASSWORD": "",
    }


def files(settings: StackSettings) -> dict[Path, str]:
    del settings
    return {}


def program(settings: StackSettings) -> Program:
    install = settings.jars / "registry"
    runner = next(iter(sorted(install.glob("*-runner.jar"))), install / "runner.jar")
    heap = ("-Xmx256m", *QUICK_JVM, "-XX:+ExitOnOutOfMemoryError")
    return Program(
        name="registry",
        argv=(str(settings.java), *heap, "-jar", str(runner)),
        directory=str(install),
        env={
            **environment(settings),
            "QUARKUS_HTTP_SSL_CERTIFICATE_KEY_STORE_PASSWORD": read(settings.keys.store_password),
        },
    )
