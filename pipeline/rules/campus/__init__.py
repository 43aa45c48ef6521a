"""Rules about a campus: gatherings, guard posts, things left, vehicles, falls and fire."""
