"""Agents: from an assignment to a brief, with or without a model."""
