"""The job ``articles``: unique and late articles, and windowed indicators over the unique ones."""
