"""Gaps in our own footage, healed from a recorder that was not cut off; see ``healer.py``."""
