"""From feeds to the raw log: catalogue, schedule, fetching, parsing, and exactly-once polling."""
