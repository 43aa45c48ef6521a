"""Reads what somebody wrote as a document, and says what keeps it from being a version.

The command centre checks syntax and shape, and that no credential comes in; the box, which knows
its models and folders, checks all else (docs/decisions/0056).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from api.contract import ConfigurationProblem
from api.contract.configuration_secrets import exposed
from api.contract.yaml_document import DocumentError, digest_of, dotted, line_of, read_document

_MOST = 100
_EXPOSED = "this may be a credential, and credentials do not come here"
_WRITE = (
    "Keep the marker ***, or name a variable (password_env: MINGAN_…) or a file with its folder"
    " (password_file: /etc/mingan/…) on the box"
)


@dataclass(frozen=True, slots=True)
class ReadDraft:
    """A text as it was read.

    Attributes:
        document: What it says; None while it is no document.
        digest: Of that.
        problems: What is wrong; empty of what may become a version.
    """

    document: dict[str, object] | None
    digest: str
    problems: list[ConfigurationProblem]


async def read_draft(text: str) -> ReadDraft:
    """Read a text, beside the requests of others: a long one takes seconds."""
    return await asyncio.to_thread(_read, text)


def _read(text: str) -> ReadDraft:
    try:
        document = read_document(text)
    except DocumentError as error:
        problem = ConfigurationProblem(
            path=error.path[:512], line=error.line, what=error.what[:1000]
        )
        return ReadDraft(None, "", [problem])
    if not isinstance(document, dict):
        what = "keys with values are expected here, as in configs/box.yaml"
        return ReadDraft(None, "", [ConfigurationProblem(line=1, what=what)])
    found = [*_misshapen(document), *((keys, _EXPOSED, _WRITE) for keys in exposed(document))]
    problems = [
        ConfigurationProblem(
            path=dotted(keys)[:512], line=line_of(text, keys), what=what, remedy=remedy
        )
        for keys, what, remedy in found[:_MOST]
    ]
    return ReadDraft(dict(document), digest_of(document), problems)


def _misshapen(document: object) -> list[tuple[tuple[object, ...], str, str]]:
    assert isinstance(document, dict)
    cameras = document.get("cameras")
    if not isinstance(cameras, list):
        return [(("cameras",), "a list of cameras is expected here", "As in configs/box.yaml")]
    found: list[tuple[tuple[object, ...], str, str]] = []
    seen: set[object] = set()
    for index, camera in enumerate(cameras):
        here = ("cameras", index)
        id_ = camera.get("id") if isinstance(camera, dict) else None
        if not isinstance(id_, str):
            found.append((here, "a camera has an `id`", "Write `id: gate-north` or another name"))
        elif id_ in seen:
            found.append(((*here, "id"), f"two cameras are called `{id_}`", "Ids must differ"))
        seen.add(id_ if isinstance(id_, str) else None)
    return found
