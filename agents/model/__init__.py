"""The one door to a Messages API: it pays for a request once, within a budget, and keeps every answer."""

from agents.model.answers import Answer, request_hash
from agents.model.errors import ModelFailed
from agents.model.gateway import ModelGateway
from agents.model.settings import ModelSettings

__all__ = ["Answer", "ModelFailed", "ModelGateway", "ModelSettings", "request_hash"]
