"""What the reader answers a search and a brief with, as the command line reads it."""

from __future__ import annotations

from typing import Any

URL = "https://harbour.example/category/of/news/2025/11/25/a-long-slug-of-an-article-about-a-strike.html"
RESULT = {
    "kind": "article",
    "title": "Strike",
    "outlet": "Harbour",
    "outlets": ["Harbour"],
    "date": "2025-11-25T00:00:00Z",
    "score": 0.5,
    "snippet": "",
    "url": URL,
    "id": "a1",
    "place": "articles.raw-3@7",
    "desk": "world",
    "copies": [],
}
BRIEF: dict[str, Any] = {
    "headline": "Strike at the port",
    "superseded": False,
    "superseded_by": [],
    "lane": "live",
    "id": "b1",
    "desk": "world",
    "story_revision": 2,
    "date": "2025-11-25T00:00:00Z",
    "independent_families": 2,
    "status": "PUBLISHED",
    "writer": "EXTRACTIVE",
    "bottom_line": "Cranes stood still.",
    "statements": [
        {"text": "Cranes stood still.", "citations": [1], "kind": "FACT", "likelihood": None},
        {"text": "They stay so.", "citations": [1], "kind": "JUDGEMENT", "likelihood": "likely"},
        {"text": "Talks began.", "citations": [1], "kind": "FACT", "confidence": "low"},
    ],
    "change": "A second owner reports it.",
    "contradictions": [],
    "marks": [],
    "gaps": ["One source.", "No date."],
    "indicators": [],
    "references": [
        {
            "number": 1,
            "quote": "Cranes stood still.",
            "outlet": "Harbour",
            "reliability": "B",
            "date": None,
            "place": "articles.raw-3@7",
            "revised": False,
            "translation": None,
            "title": "Strike",
            "url": URL,
        }
    ],
}
