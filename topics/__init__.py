"""The log: its topics, lanes, readers and writers, and what becomes of the unreadable."""
