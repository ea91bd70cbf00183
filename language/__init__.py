"""Text: what may be cited, what it says, and whether two texts are one."""
