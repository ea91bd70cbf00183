"""How long an entry takes from being served to its story being found."""
