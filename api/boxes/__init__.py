"""Boxes: who may report for which school, how they come to it, and how they lose it."""
