"""The `stories` job: embed, order, cluster, follow copies and revisions, assign to desks."""
