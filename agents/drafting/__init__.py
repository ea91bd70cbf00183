"""Writing with a model: plan, work, check, judge. It changes a brief's prose and nothing else of it."""
