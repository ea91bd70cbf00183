"""Logs, metrics and health: what a running Tidewire says of itself. Imports nothing of ours."""
