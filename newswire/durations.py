"""The sample's notations for time: ``d2 14:05`` on the time line, ``5h earlier`` for a date."""

from __future__ import annotations

import re

from newswire.model import DAY, HOUR, MINUTE, SECOND, Dating

_MOMENT = re.compile(r"d(\d+) (\d{2}):(\d{2})")
_DATING = re.compile(r"(\d+)\s*([dhms]) (earlier|ahead)")
_UNITS = {"d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}


def moment(text: str) -> int:
    """Milliseconds since ``d1 00:00``. Raises ValueError for anything but ``dN HH:MM``."""
    found = _MOMENT.fullmatch(text)
    if found is None or int(found[1]) < 1 or int(found[2]) > 23 or int(found[3]) > 59:
        raise ValueError(f"{text!r} is no moment of the time line: write it as 'd2 14:05'")
    return (int(found[1]) - 1) * DAY + int(found[2]) * HOUR + int(found[3]) * MINUTE


def dating(text: str | None) -> Dating:
    """None: as it is served; ``never``: undated; ``5h earlier``, ``26h ahead``. Raises ValueError."""
    if text is None:
        return Dating()
    if text == "never":
        return Dating(undated=True)
    found = _DATING.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no date: write 'never', '5h earlier' or '26h ahead'")
    length = int(found[1]) * _UNITS[found[2]]
    return Dating(age=length if found[3] == "earlier" else -length)
