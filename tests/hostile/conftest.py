"""The parts that hostile feeds meet are real: the fixtures are those of the integration tests."""

from tests.integration.producers.conftest import newsroom

__all__ = ["newsroom"]
