"""Flink's web UI for people: looked at through a door that lets nothing be changed."""
