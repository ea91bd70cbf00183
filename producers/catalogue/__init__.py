"""Lists of feeds: reading them from files, and keeping them in the log."""

from producers.catalogue.publishing import listed, publish
from producers.catalogue.reading import Reading, bytes_of, inspect_catalogue, read_catalogue
from producers.catalogue.rows import CatalogueError, Skipped

__all__ = [
    "CatalogueError",
    "Reading",
    "Skipped",
    "bytes_of",
    "inspect_catalogue",
    "listed",
    "publish",
    "read_catalogue",
]
