"""Lists of feeds: reading them from files, and keeping them in the log."""
