"""Which version of its tables a SQLite file of a box has; an older one is brought up to date.

The version is SQLite's own ``user_version``. A file that a newer version of Mingan made is refused
and not touched: what this one does not know in it, it could only destroy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import ConfigError

Step = Callable[[sqlite3.Connection], None]


class NewerFileError(ConfigError):
    """A file that a newer version of Mingan made; it was not touched."""

    code = "newer_file"


@dataclass(frozen=True, slots=True)
class FileSchema:
    """The tables of one kind of file.

    Attributes:
        name: What the file is, as messages name it.
        steps: The first makes the tables of version ``before + 1`` of nothing, or of what files had
            before they had a version; each further one brings them one version on.
        before: The highest ``user_version`` of files that had none of ours.
    """

    name: str
    steps: tuple[Step, ...]
    before: int = 0

    @property
    def version(self) -> int:
        """The version that this code reads and writes."""
        return self.before + len(self.steps)

    def bring_up_to_date(self, db: sqlite3.Connection, path: Path | None) -> None:
        """Make or migrate the tables, all or nothing; several processes may do so at once.

        Args:
            db: Opened without implicit transactions (``isolation_level=None``).
            path: The file, for messages; None of one in memory.

        Raises:
            NewerFileError: Made by a newer version; nothing was changed.
            sqlite3.Error: It cannot be read or written; nothing was changed.
        """
        if self._known(db, path) == self.version:
            return
        db.execute("BEGIN IMMEDIATE")
        try:
            # Read again: another process may have been faster.
            done = max(self._known(db, path) - self.before, 0)
            for step in self.steps[done:]:
                step(db)
            db.execute(f"PRAGMA user_version = {self.version}")
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise

    def require_known(self, path: Path) -> None:
        """Refuse a file that a newer version made, before anything opens it.

        Raises:
            NewerFileError: It is one.
        """
        if not path.is_file():
            return
        try:
            with closing(sqlite3.connect(path)) as db:
                self._known(db, path)
        except sqlite3.Error:
            return  # not to be read, which is said when it is opened

    def _known(self, db: sqlite3.Connection, path: Path | None) -> int:
        found: int = db.execute("PRAGMA user_version").fetchone()[0]
        if found > self.version:
            raise NewerFileError(
                f"{self.name} was made by a newer version of Mingan "
                f"(tables of version {found}; this one knows {self.version})",
                where=str(path or ":memory:"),
                remedy="Start that version again. Or move this file away and keep it: "
                "this version then begins with an empty one",
            )
        return found


def statements(script: str) -> Step:
    """A step that runs SQL statements; unlike ``executescript`` it stays in the transaction."""

    def run(db: sqlite3.Connection) -> None:
        for statement in script.split(";"):
            if statement.strip():
                db.execute(statement)

    return run
