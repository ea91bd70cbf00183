"""The sample newswire: feeds of invented outlets, played over HTTP along a time line, with a ledger."""
