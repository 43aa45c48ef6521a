"""XML that could do harm, and XML that Chinese devices write."""

from __future__ import annotations

import pytest

from pipeline.devices.errors import BrokenAnswerError
from pipeline.devices.xml_answer import parse_xml, text_of


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>',
        b'<!DOCTYPE a SYSTEM "http://192.0.2.1/x.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/hostname">]><a>&f;</a>',
        b"<a><b></a>",
        b"",
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="klingon"?><a/>',
        b'<?xml version="1.0" encoding="GB2312"?><a>\xff\xff</a>',
        b"<a>" * 100 + b"</a>" * 100,
    ],
)
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(BrokenAnswerError) as error:
        parse_xml(body, "192.0.2.7")
    assert "192.0.2.7" in str(error.value)


def test_text_that_says_gb2312_and_is_gb18030_is_read() -> None:
    body = '<?xml version="1.0" encoding="GB2312"?>\n<a><name>食堂㐀</name></a>'.encode("gb18030")
    assert text_of(parse_xml(body, ""), "name") == "食堂㐀"


def test_names_lose_their_space() -> None:
    assert text_of(parse_xml(b'<a xmlns="urn:x"><b> 1 </b></a>', ""), "b") == "1"
