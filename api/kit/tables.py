"""Tables that an administrator may write anew: a YAML list of rows."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from api.kit.errors import SettingsError

Row = TypeVar("Row", bound=BaseModel)


def read_rows(file: Path, kind: type[Row], remedy: str) -> tuple[Row, ...]:
    """Read a table.

    Args:
        file: Where it is.
        kind: What a row is.
        remedy: What to do about a table that cannot be used.

    Raises:
        SettingsError: If it cannot be read, or a row is not of this kind.
    """
    try:
        rows = yaml.safe_load(file.read_text("utf-8"))
        return TypeAdapter(tuple[kind, ...]).validate_python(rows)  # type: ignore[valid-type]
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("cannot be read", where=str(file), remedy=remedy) from error
    except yaml.YAMLError as error:
        raise SettingsError("is not valid YAML", where=str(file), remedy=remedy) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(first["msg"], where=f"{file}: {where}", remedy=remedy) from error
