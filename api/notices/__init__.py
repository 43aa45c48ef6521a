"""Tells people outside of the console: of what, by which channel, when, and what became of it."""
