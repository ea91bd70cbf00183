"""Checks in code: every statement passes them, whoever wrote it, or is dropped with a reason."""

from agents.checks.gate import PASSED, Gated, gate
from agents.checks.reasons import Reason

__all__ = ["PASSED", "Gated", "Reason", "gate"]
