"""Cameras that a box finds in its network when it is asked; held in memory while somebody looks."""
