"""How fast a lane reads the log again, and what live feels of it."""
