"""``python -m newswire``: serves the sample or a folder of recorded feeds; writes the catalogue."""

from __future__ import annotations

import time
from errno import EADDRINUSE
from pathlib import Path
from typing import Annotated, Literal

import typer
from aiohttp import web

from newswire.catalogue import as_json, as_opml, catalogue
from newswire.ledger import LedgerError
from newswire.logged import Logged
from newswire.model import SampleError
from newswire.outlets import SAMPLE, load_outlets
from newswire.player import Programme
from newswire.programme import load_sample
from newswire.recorded import load_recorded, recorded_catalogue
from newswire.server import create_app
from newswire.settings import NewswireSettings
from schemas.codec import Codec
from schemas.registry import Registry, RegistrySettings
from telemetry.logs import configure, logger
from topics.settings import BrokerSettings

BASE_URL = NewswireSettings().base_url

cli = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


@cli.command()
def serve(
    port: Annotated[int | None, typer.Option(help="Default 18090.")] = None,
    mode: Annotated[Literal["lock", "clock"] | None, typer.Option(help="Lock step, or by the clock.")] = None,
    seconds: Annotated[float | None, typer.Option(help="Clock mode: length of the whole time line.")] = None,
    play: Annotated[str | None, typer.Option(help="'sample', or a folder of recorded feeds.")] = None,
    state: Annotated[Path | None, typer.Option(help="Folder of the ledger.")] = None,
) -> None:
    """Serves feeds until SIGTERM or SIGINT; a later start goes on from the ledger."""
    given = {"port": port, "mode": mode, "seconds": seconds, "play": play, "state": state}
    settings = NewswireSettings.model_validate(
        {name: value for name, value in given.items() if value is not None}
    )
    configure("newswire")
    try:
        _serve(settings)
    except (SampleError, LedgerError) as error:
        logger("newswire").error(str(error))
        raise typer.Exit(2) from error
    except OSError as error:
        if error.errno != EADDRINUSE:
            raise
        logger("newswire").error(f"port {settings.port} is taken; give --port another one")
        raise typer.Exit(2) from error


def _serve(settings: NewswireSettings) -> None:
    programme, feeds = _programme(settings)
    codec = Codec(Registry(RegistrySettings()))
    addresses = {name: f"{settings.base_url}/feeds/{name}" for name in programme.feeds()}
    logged = Logged(BrokerSettings(), codec, addresses)
    app = create_app(settings, programme, feeds, logged, lambda: time.time_ns() // 1_000_000)

    async def close(app: web.Application) -> None:
        logged.close()

    app.on_cleanup.append(close)
    logger("newswire").info("serving", url=settings.base_url, play=settings.play, mode=settings.mode)
    web.run_app(app, host=settings.host, port=settings.port, print=None, access_log=None)


@cli.command(name="catalogue")
def write_catalogue(
    base_url: Annotated[str, typer.Option(help="What the feed URLs start with.")] = BASE_URL,
    folder: Annotated[Path, typer.Option(help="Where to write catalogue.json and catalogue.opml.")] = SAMPLE,
) -> None:
    """Writes the sample's catalogue files."""
    entries = catalogue(load_outlets().feeds, base_url)
    (folder / "catalogue.json").write_text(as_json(entries), encoding="utf-8")
    (folder / "catalogue.opml").write_text(as_opml(entries, "Tidewire sample newswire"), encoding="utf-8")


def _programme(settings: NewswireSettings) -> tuple[Programme, list[dict[str, object]]]:
    if settings.play == "sample":
        sample = load_sample(settings.base_url)
        return sample, catalogue(sample.timeline.feeds, settings.base_url)
    recorded = load_recorded(Path(settings.play), settings.folder)
    return recorded, recorded_catalogue(recorded, settings.base_url)


if __name__ == "__main__":
    cli()
