"""Cameras: what is watched, and whether it really is."""
