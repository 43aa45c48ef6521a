"""Requests of people who were filmed, and assessments of what filming means for them."""
