"""Where people and agents read: search, API and page over the index, and the indexers of all lanes."""
