"""A range of the log run again in a lane: asked for, planned, run to its end, dropped."""
