"""Jobs that run in Flink; their logic is pure Python beside the wiring."""
