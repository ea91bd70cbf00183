"""``python -m reader``: serves the API and the page, and indexes every lane, until SIGTERM."""

from __future__ import annotations

import signal
import socket
import sys

import uvicorn

from language.embeddings import MiniLM
from reader.api import create_app
from reader.lanes import Library
from reader.settings import ReaderSettings
from schemas.codec import Codec
from schemas.registry import Registry, RegistrySettings
from sinks.settings import IndexSettings
from sinks.store import StoreError
from telemetry import logs
from telemetry.callers import allowed_hosts
from topics.settings import BrokerSettings

GRACE_S = 3


def main() -> int:
    """The exit status: 0 after SIGTERM or Ctrl-C, 1 when it could not start."""
    logs.configure("reader")
    log = logs.logger("reader")
    settings = ReaderSettings()
    library = Library(
        settings, IndexSettings(), BrokerSettings(), Codec(Registry(RegistrySettings())), MiniLM()
    )
    try:
        listening = _listen(settings.host, settings.port)
        library.open()
    except (OSError, StoreError) as error:
        log.error("cannot start", reason=str(error))
        return 1
    # uvicorn stops on these signals and then raises them again for whoever was there before: nobody dies.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    config = uvicorn.Config(
        create_app(library, allowed_hosts(settings.host, settings.hosts)),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    host, port = listening.getsockname()[:2]
    log.info("listening", url=f"http://{host}:{port}")
    uvicorn.Server(config).run(sockets=[listening])
    log.info("stopped")
    return 0


def _listen(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        # At once, so that whoever starts second is refused instead of sharing the port.
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise OSError(
            f"{host}:{port} is taken ({error.strerror}); stop what listens there, or set TIDEWIRE_READER_PORT"
        ) from error
    return listening


if __name__ == "__main__":
    sys.exit(main())
