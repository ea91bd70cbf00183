"""Where results land: the index behind one small port, and its indexer."""
