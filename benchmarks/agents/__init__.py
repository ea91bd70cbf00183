"""What briefs cost and how long they take, with and without a model: ``python -m benchmarks.agents``."""
