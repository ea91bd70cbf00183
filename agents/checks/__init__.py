"""Checks in code: every statement passes them, whoever wrote it, or is dropped with a reason."""

from agents.checks.gate import PASSED, Downgrade, Gated, gate, line_objection
from agents.checks.reasons import DOWNGRADES, Reason
from agents.checks.setting import Origin, Setting

# To be raised when a change lets other statements of a model through: other briefs then.
VERSION = "3"

__all__ = [
    "DOWNGRADES",
    "PASSED",
    "Downgrade",
    "Gated",
    "Origin",
    "Reason",
    "Setting",
    "gate",
    "line_objection",
]
