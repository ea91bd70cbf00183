"""What model calls cost: prices, a budget that is asked before, a breaker, and a ledger kept after."""
