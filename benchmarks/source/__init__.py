"""How fast the raw log can be decoded, and what tolerating foreign bytes costs."""
