"""Checks a version of the command centre as ``mingan config check`` does, with our secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from api.contract import (
    CONFIGURATION_FORMAT,
    ConfigurationProblem,
    ConfigurationVersion,
    RefusalReason,
)
from api.contract.configuration_secrets import hidden, restored
from api.contract.yaml_document import (
    DocumentError,
    digest_of,
    line_of,
    read_document,
    write_document,
)
from pipeline.core.errors import MinganError, Problem
from pipeline.core.redact import redact_url
from pipeline.runtime.check import check_rules
from pipeline.runtime.config import BoxConfig, placed
from pipeline.runtime.kept_credentials import strayed
from pipeline.runtime.sealed_credentials import SealedCredentials
from pipeline.runtime.yaml_file import read_yaml

LOCAL_KEYS = ("data_dir", "worker_id", "api", "site.id", "offline_view")
"""Changed at the box alone: a mistake in them from afar could not be mended from afar, and whoever
is in the school decides whether its box opens a door."""
_MOST_PROBLEMS = 100
_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


class RefusedVersionError(Exception):
    """A version that this box does not take.

    Args:
        why: As the command centre is told.
        problems: Each thing that is wrong.
    """

    def __init__(self, why: RefusalReason, problems: Sequence[ConfigurationProblem] = ()) -> None:
        self.why = why
        self.problems = tuple(problems[:_MOST_PROBLEMS])
        super().__init__(why.value)


def checked_version(
    version: ConfigurationVersion,
    path: Path,
    own_text: str,
    sealed: SealedCredentials | None = None,
) -> BoxConfig:
    """A version as this box would run it.

    Args:
        version: It.
        path: The box's own file, beside which relative paths of the version are.
        own_text: What stands in that file; markers of the version stand for its secrets.
        sealed: What was sealed for this box; goes before that.

    Raises:
        RefusedVersionError: It cannot be taken.
    """
    if version.format > CONFIGURATION_FORMAT:
        raise RefusedVersionError(RefusalReason.NEWER)
    text = version.text
    filled = _as_it_is if sealed is None else sealed.filled
    try:
        own = read_document(own_text)
        _, missing = restored(filled(read_document(text)), own)
    except DocumentError as error:
        problem = Problem(error.path, error.line, error.what)
        raise _refused(text, RefusalReason.INVALID, [problem]) from error
    if missing:
        what = "keeps a marker (***), and this box has no value for it"
        remedy = (
            "Write a value without credentials, set the credential for this box, or add it in the "
            "box's own file"
        )
        problems = [Problem(each, None, what, remedy) for each in missing]
        raise _refused(text, RefusalReason.SECRET_MISSING, problems)
    try:
        mine = read_yaml(own_text, path, BoxConfig)
        read = read_yaml(
            text, path, BoxConfig, complete=lambda data: restored(filled(data), own)[0]
        )
        _keep_local(text, mine, read)
        if problems := _strayed(mine, read, sealed):
            raise _refused(text, RefusalReason.CREDENTIAL_ELSEWHERE, problems)
        box = placed(read, path.resolve().parent)
        check_rules(box, path)
    except MinganError as error:
        problems = list(error.problems) or [Problem("", None, error.line())]
        raise _refused(text, RefusalReason.INVALID, problems) from error
    return box


def _as_it_is(document: object) -> object:
    return document


def _strayed(mine: BoxConfig, read: BoxConfig, sealed: SealedCredentials | None) -> list[Problem]:
    if sealed is None:
        return strayed(mine, read)
    return strayed(mine, sealed.applied(read, is_everywhere=True), sealed.hosts())


def reported_text(own_text: str, base: Path) -> str:
    """A box's own file as the command centre may know it.

    Args:
        own_text: What stands in it.
        base: Its folder.

    Raises:
        DocumentError: It holds what no document can.
    """
    document = hidden(read_document(own_text), lambda name: _is_file(base / name))
    return write_document(document)  # type: ignore[arg-type]  # a document without secrets is one


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long to be one
        return False


def digest_of_text(text: str) -> str:
    """Of what a text says.

    Raises:
        DocumentError: It is no document.
    """
    return digest_of(read_document(text))


def _keep_local(text: str, mine: BoxConfig, wanted: BoxConfig) -> None:
    is_other = {
        "data_dir": mine.data_dir != wanted.data_dir,
        "worker_id": mine.worker_id != wanted.worker_id,
        "api": mine.api != wanted.api,
        "site.id": mine.site.id != wanted.site.id,
        "offline_view": mine.offline_view != wanted.offline_view,
    }
    what = "is changed at the box itself, in its own file"
    found = [
        Problem(key, None, what, "Write what stood there") for key in LOCAL_KEYS if is_other[key]
    ]
    if found:
        raise _refused(text, RefusalReason.LOCAL_KEY, found)


def _refused(text: str, why: RefusalReason, problems: Iterable[Problem]) -> RefusedVersionError:
    return RefusedVersionError(
        why,
        [
            ConfigurationProblem(
                path=each.path[:512],
                line=each.line or line_of(text, keys_of(each.path)),
                what=redact_url(each.what)[:1000],
                remedy=redact_url(each.remedy)[:1000],
            )
            for each in problems
        ],
    )


def keys_of(path: str) -> tuple[str | int, ...]:
    """The keys of a dotted path.

    >>> keys_of("cameras[2].rules[0].zone")
    ('cameras', 2, 'rules', 0, 'zone')
    """
    return tuple(int(m[2]) if m[2] else m[1] for m in _PART.finditer(path))
