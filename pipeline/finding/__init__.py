"""Cameras of a school's network, found and measured: politely, bounded, no password guessed."""
