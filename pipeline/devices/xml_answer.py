"""Devices' XML, read so that it can do no harm.

No document type and so no entities: a few lines of them would fill the memory. Chinese devices
declare GB2312 and write GB18030, which contains it; the parser knows neither, so such text is
decoded first.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from pipeline.devices.errors import BrokenAnswerError

_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9_.\-]+)[\"'][^>]*\?>")
_GB = frozenset({"gb2312", "gbk", "gb18030", "gb_2312-80", "x-gbk", "cp936"})
_DEEPEST = 64


def parse_xml(body: bytes, where: str) -> Element:
    """The answer's root; names lose their namespace, which makers and firmwares vary.

    Raises:
        BrokenAnswerError: It is not XML, has a document type, or is nested beyond sense.
    """
    try:
        root: Element = fromstring(_text(body), forbid_dtd=True)
    except DefusedXmlException as error:
        raise BrokenAnswerError(
            "its answer declares a document type, which no device needs", where=where
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise BrokenAnswerError(f"its answer is broken XML ({error})", where=where) from error
    _strip(root, where)
    return root


def text_of(element: Element, path: str) -> str:
    """The text at a path, stripped; ``""`` when nothing is there."""
    return (element.findtext(path) or "").strip()


def _text(body: bytes) -> bytes | str:
    declared = _DECLARATION.match(body)
    if declared is None or declared[1].decode("ascii").lower() not in _GB:
        return body
    return body[declared.end() :].decode("gb18030")


def _strip(root: Element, where: str) -> None:
    waiting = [(root, 0)]
    while waiting:
        element, depth = waiting.pop()
        if depth > _DEEPEST:
            raise BrokenAnswerError("its answer is nested beyond sense", where=where)
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
        waiting += [(child, depth + 1) for child in element]
