"""Footage fetched from recorders: gaps of our own healed, and what lies there lent and exported.

``healer.py`` keeps what it fetches, ``lending.py`` keeps nothing, ``fetched_export.py`` hands over.
"""
