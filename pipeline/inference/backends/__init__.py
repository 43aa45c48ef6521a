"""Runtimes that can execute a model; one file each behind one protocol."""
