"""Delivery: an outbox on disk that survives outages, and the client that empties it."""
