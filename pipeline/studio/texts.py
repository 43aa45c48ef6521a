"""The report's words in both languages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import TypeAdapter

from api.contract.vocabulary import Language, Term

_FILE = Path(__file__).with_name("texts.yaml")


@cache
def _terms() -> dict[str, Term]:
    return TypeAdapter(dict[str, Term]).validate_python(yaml.safe_load(_FILE.read_text("utf-8")))


def texts(language: Language) -> dict[str, str]:
    """All words of the report in one language."""
    return {key: term.text(language) for key, term in _terms().items()}
