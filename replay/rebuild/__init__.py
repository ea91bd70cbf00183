"""A brief made again from what the log holds of its provenance."""
