"""Both places that people read tables in."""

from __future__ import annotations

import pytest

from tests.support.narrow import Narrow


@pytest.fixture(params=[True, False], ids=["terminal", "pipe"])
def narrow(request: pytest.FixtureRequest) -> Narrow:
    return Narrow(request.param)
