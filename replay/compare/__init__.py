"""Two lanes side by side: what each made of the same log, and where they differ."""
