"""Which values of a configuration may be credentials, and how they are hidden and put back.

By design a box's YAML holds no password: it names a variable or a file. People write passwords into
addresses and wrong keys all the same. As in :mod:`api.contract.redaction`, what is shown is what is
known to be harmless; in the place of all else stands the marker ``***``. The box hides what it
reports, and the command centre refuses a version that holds what would have been hidden, both by
this one room.

Keys decide by their names, wherever they stand, so that a key of a newer box is hidden as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from api.contract.redaction import HIDDEN, redact_url
from api.contract.yaml_document import dotted

NAME_OF_VARIABLE = re.compile(r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$")
"""As services write them; anything else may be the password itself, typed into the wrong key."""
_PATH = re.compile(r"^(?:[\w.\-]+)?(?:/[\w.\-]+)+$")
"""With a folder in it: a bare word may be a password."""
_ADDRESSES = frozenset({"url", "substream_url", "address"})
_SECRET = re.compile(
    r"(^|_)(password|passwd|passphrase|pwd|psw|secret|token|credential|credentials|api_key)$"
)


def _any_path(_: str) -> bool:
    return True


def hidden(value: object, is_file: Callable[[str], bool] = _any_path, key: str = "") -> object:
    """A document without what may be a credential.

    Args:
        value: The document, or a part of it.
        is_file: Whether a path is that of a file; a box knows, and shows no other.
        key: What the part is the value of.

    >>> hidden({"url": "rtsp://10.0.0.8/live?token=abc", "password_file": "hunter2"})
    {'url': 'rtsp://10.0.0.8/live?token=***', 'password_file': '***'}
    """
    if isinstance(value, dict):
        return {name: hidden(each, is_file, str(name)) for name, each in value.items()}
    if isinstance(value, list):
        return [hidden(each, is_file, key) for each in value]
    if value is None or isinstance(value, bool):
        return value
    if _SECRET.search(key):
        return HIDDEN
    if key.endswith("_env"):
        is_name = isinstance(value, str) and NAME_OF_VARIABLE.match(value) is not None
        return value if is_name else HIDDEN
    if key.endswith("_file"):
        is_path = isinstance(value, str) and _PATH.match(value) is not None and is_file(value)
        return value if is_path else HIDDEN
    if isinstance(value, str) and (key in _ADDRESSES or "://" in value):
        return _redacted(value)
    return value


def _redacted(text: str) -> str:
    """Until nothing more is hidden: what was hidden once may not be found again the other way."""
    for _ in range(4):
        before, text = text, redact_url(text)
        if text == before:
            return text
    return HIDDEN


def exposed(document: object) -> list[tuple[object, ...]]:
    """The paths of what may be credentials in clear, in the document's order."""
    return [keys for keys, old, new in _pairs(document, hidden(document), ()) if old != new]


def restored(document: object, own: object) -> tuple[object, list[str]]:
    """A version with the box's own values where it keeps their marker.

    A camera is found by its ``id`` and a named thing by its name, so that a list may be reordered.

    Args:
        document: The version.
        own: What the box's own file says.

    Returns:
        The document, and the paths of markers that stand for nothing.
    """
    missing: list[str] = []
    return _restored(document, own, "", (), missing), missing


def _restored(
    value: object, own: object, key: str, keys: tuple[object, ...], missing: list[str]
) -> object:
    if isinstance(value, dict):
        mine = own if isinstance(own, dict) else {}
        return {
            name: _restored(each, mine.get(name), str(name), (*keys, name), missing)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [
            _restored(each, _same(own, each, index), key, (*keys, index), missing)
            for index, each in enumerate(value)
        ]
    if not is_marked(value, key):
        return value
    # A box that knows the file showed it, so `is_file` cannot matter here.
    if own is not None and value in (hidden(own, key=key), hidden(own, lambda _: False, key)):
        return own
    missing.append(dotted(keys))
    return value


def is_marked(value: object, key: str) -> bool:
    """Whether a value holds a marker, and its key is one whose values are hidden."""
    if not isinstance(value, str) or HIDDEN not in value:
        return False
    return (
        key in _ADDRESSES
        or "://" in value
        or (value == HIDDEN and (key.endswith(("_env", "_file")) or bool(_SECRET.search(key))))
    )


def _same(own: object, each: object, index: int) -> object:
    if not isinstance(own, list):
        return None
    if isinstance(each, dict) and "id" in each:
        return next(
            (one for one in own if isinstance(one, dict) and one.get("id") == each["id"]), None
        )
    return own[index] if index < len(own) else None


def _pairs(
    old: object, new: object, keys: tuple[object, ...]
) -> Iterator[tuple[tuple[object, ...], object, object]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name, value in old.items():
            yield from _pairs(value, new[name], (*keys, name))
    elif isinstance(old, list) and isinstance(new, list):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _pairs(one, other, (*keys, index))
    else:
        yield keys, old, new
