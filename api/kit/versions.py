"""Which version of a thing a decision was made on: `ETag` out, `If-Match` in."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Header

from api.contract.text import StorableText
from api.kit.errors import VersionRequiredError

IfMatch = Annotated[
    StorableText | None, Header(alias="If-Match", max_length=64, description="The `ETag`.")
]
_ETAG = re.compile(r'^\s*"(\d{1,18})"\s*$', re.ASCII)


def etag(version: int) -> dict[str, str]:
    """The header that tells a version."""
    return {"ETag": f'"{version}"'}


def version_of(if_match: str | None) -> int:
    """The version a decision was made on.

    Raises:
        VersionRequiredError: If none is named.
    """
    if if_match is None:
        raise VersionRequiredError("send the ETag as If-Match")
    match = _ETAG.match(if_match)
    # What is no version of ours is one that the thing does not have.
    return -1 if match is None else int(match[1])
