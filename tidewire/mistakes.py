"""Wrong settings, in the words of who set them: environment variables, not fields of classes."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError
from pydantic_settings import BaseSettings

SECRET = ("KEY", "TOKEN", "SECRET", "PASSWORD")
LONGEST_VALUE = 60


def wrong_settings(error: ValidationError) -> str:
    """A line for each wrong value: ``TIDEWIRE_STACK_KAFKA_PORT=abc: input should be a valid integer``.

    What comes from elsewhere, such as a file in the home, is named by its place in there.
    """
    settings = next((each for each in _below(BaseSettings) if each.__name__ == error.title), None)
    lines = []
    for each in error.errors(include_url=False):
        place = [str(part) for part in each["loc"]]
        name = _variable(settings, place[0]) if settings and place else ".".join([error.title, *place])
        value = "" if any(word in name.upper() for word in SECRET) else f"={_short(each['input'])}"
        message = each["msg"].removeprefix("Value error, ")
        lines.append(f"{name}{value}: {message[:1].lower()}{message[1:]}")
    return "\n".join(lines)


def _variable(settings: type[BaseSettings], place: str) -> str:
    """A field with an alias is reported under it, and the alias is the variable."""
    if place not in settings.model_fields:
        return place
    alias = settings.model_fields[place].validation_alias
    return alias if isinstance(alias, str) else f"{settings.model_config['env_prefix']}{place}".upper()


def _short(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _below(parent: type[BaseSettings]) -> Iterator[type[BaseSettings]]:
    for child in parent.__subclasses__():
        yield child
        yield from _below(child)
