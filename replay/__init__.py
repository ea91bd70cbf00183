"""Runs the log again in a lane of its own, and compares lanes."""
