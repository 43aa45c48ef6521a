"""Wires the rooms together: configuration, camera workers, the worker process."""
