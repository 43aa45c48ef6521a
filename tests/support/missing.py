"""How a test says for want of what it is skipped: what it is, and how to get it."""

from __future__ import annotations


def debian(package: str) -> str:
    """A package of Debian's is missing."""
    return f"{package} is missing: apt-get install {package}"


def peer(name: str) -> str:
    """A Python package to compare with is missing."""
    return f"{name} is missing: scripts/setup whole"
