"""Inspections of schools, 自查、重要时点排查、互查: forms, hazards, and what became of them."""
