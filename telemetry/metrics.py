"""Every metric, in one place, so that a name means one thing."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

POLLS = Counter("tidewire_polls_total", "Feed polls by outcome.", ["outcome"])
ENTRIES = Counter("tidewire_entries_total", "Entries written to the raw log.")
HELD_BACK = Counter(
    "tidewire_held_back_total", "Entries that a poll left for a later one, beyond a quota.", ["kind"]
)
TICKS = Counter("tidewire_ticks_total", "Rounds of ticks written to the raw log.")
DEAD_LETTERS = Counter("tidewire_dead_letters_total", "Dead letters by the stage that wrote them.", ["stage"])
TRANSACTIONS = Counter("tidewire_transactions_total", "Polling transactions by outcome.", ["outcome"])
BRIEFS = Counter("tidewire_briefs_total", "Briefs by desk and status.", ["desk", "status"])
BRIEF_SECONDS = Histogram("tidewire_brief_seconds", "From taking an assignment to its brief in the log.")
MODEL_CALLS = Counter("tidewire_model_calls_total", "Model calls by step and outcome.", ["step", "outcome"])
MODEL_USD = Counter("tidewire_model_usd_total", "US dollars paid for model calls.")
TOOL_CALLS = Counter("tidewire_tool_calls_total", "Tool calls by tool and outcome.", ["tool", "outcome"])
POINTS = Counter("tidewire_points_total", "Points written to the index.", ["lane", "kind"])
INDEX_LAG = Gauge("tidewire_index_lag_records", "Records not yet indexed.", ["lane", "topic"])
SEARCH_SECONDS = Histogram("tidewire_search_seconds", "Time of a search.")
