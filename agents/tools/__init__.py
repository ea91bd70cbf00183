"""What a model may use: read-only, by opaque ids, as of a brief's information cut-off."""
