"""What can go wrong while a package is made."""

from __future__ import annotations


class PackageError(Exception):
    """A package that cannot be made or signed.

    Args:
        what: One sentence without a full stop.
        where: File or folder it concerns.
        remedy: What to do next.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        super().__init__(f"{where}: {what}" if where else what)
