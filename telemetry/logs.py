"""Structured logs: one JSON object a line on standard error, or readable lines on a terminal."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import structlog

from telemetry.visible import json_visible, visible

OF_LINES = ("exception", "stack")


def configure(role: str, level: str = "INFO") -> None:
    """Sets up this process's logs; every line carries ``role``. Library logs go the same way."""
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderers: list[structlog.typing.Processor] = (
        [_for_a_terminal, structlog.dev.ConsoleRenderer()]
        if sys.stderr.isatty()
        else [structlog.processors.JSONRenderer(_serialised)]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(number)
    # A line for every request to the registry says nothing new.
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(role=role)


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """A logger; key-value pairs go in as keyword arguments."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger(name, area=name)
    return bound


def _for_a_terminal(
    logger: structlog.typing.WrappedLogger, method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Strangers' words stand in events, in pairs and in tracebacks; numbers are none."""
    return {
        visible(name): value if isinstance(value, int | float) else visible(str(value), name in OF_LINES)
        for name, value in event.items()
    }


def _serialised(event: structlog.typing.EventDict, **how: Any) -> str:
    """JSON leaves a control as it is, and a log is read on a terminal sooner or later."""
    return json_visible(json.dumps(event, **how))
