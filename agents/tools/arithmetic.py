"""Dates and units, computed in code so that no model does. Pure and exact."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation, localcontext

from agents.tools.reader import ToolFailed

# Factor to the first unit of each kind. Exact by definition.
UNITS: dict[str, dict[str, Decimal]] = {
    kind: {name: Decimal(factor) for name, factor in table.items()}
    for kind, table in {
        "length": {"m": "1", "km": "1000", "ft": "0.3048", "mi": "1609.344", "nmi": "1852"},
        "mass": {
            "kg": "1",
            "t": "1000",
            "lb": "0.45359237",
            "short ton": "907.18474",
            "oz": "0.028349523125",
        },
        "area": {"m2": "1", "ha": "10000", "km2": "1000000", "acre": "4046.8564224", "mi2": "2589988.110336"},
        "volume": {"l": "1", "m3": "1000", "bbl": "158.987294928", "gal": "3.785411784"},
        "share": {"%": "1", "bp": "0.01", "percentage point": "1"},
        "time": {"s": "1", "min": "60", "h": "3600", "d": "86400"},
    }.items()
}
TEMPERATURES = ("C", "F", "K")


def between(start: str, end: str) -> dict[str, str | int]:
    """From one ISO date or time to another; a date alone is its midnight, UTC. Raises ToolFailed."""
    first, last = _moment(start), _moment(end)
    seconds = round((last - first).total_seconds())
    return {"days": seconds // 86_400, "hours": seconds // 3600, "seconds": seconds, "weekday": f"{last:%A}"}


def convert(value: str, unit: str, to: str) -> dict[str, str]:
    """A decimal in another unit, to six significant figures. Raises ToolFailed."""
    try:
        given = Decimal(value)
    except InvalidOperation as error:
        raise ToolFailed("value must be a decimal number such as 12.5") from error
    if not given.is_finite():
        raise ToolFailed("value must be a finite number")
    if unit in TEMPERATURES and to in TEMPERATURES:
        return {"value": _shown(_from_kelvin(_to_kelvin(given, unit), to)), "unit": to}
    for table in UNITS.values():
        if unit in table and to in table:
            return {"value": _shown(given * table[unit] / table[to]), "unit": to}
    known = "; ".join(f"{kind}: {', '.join(table)}" for kind, table in UNITS.items())
    raise ToolFailed(f"no conversion between these units; known are {known}; temperature: C, F, K")


def _to_kelvin(value: Decimal, unit: str) -> Decimal:
    if unit == "K":
        return value
    celsius = value if unit == "C" else (value - 32) * 5 / 9
    return celsius + Decimal("273.15")


def _from_kelvin(value: Decimal, unit: str) -> Decimal:
    if unit == "K":
        return value
    celsius = value - Decimal("273.15")
    return celsius if unit == "C" else celsius * 9 / 5 + 32


def _shown(value: Decimal) -> str:
    with localcontext() as context:
        context.prec = 6
        rounded = +value
    return f"{rounded.normalize():f}"


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ToolFailed("a date must be ISO 8601, such as 2026-03-01 or 2026-03-01T12:00Z") from error
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
