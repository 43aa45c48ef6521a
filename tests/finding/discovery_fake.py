"""Answers of WS-Discovery, as a peer sends them that is asked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


def answer(endpoint: str, addresses: str) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Body><d:ProbeMatches><d:ProbeMatch>
<a:EndpointReference><a:Address>{endpoint}</a:Address></a:EndpointReference>
<d:Types>dn:NetworkVideoTransmitter</d:Types>
<d:Scopes>onvif://www.onvif.org/type/video_encoder
 onvif://www.onvif.org/hardware/DS-2CD%20A</d:Scopes>
<d:XAddrs>{addresses}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>""".encode()


@contextmanager
def peer(*answers: bytes, host: str = "127.0.0.1") -> Iterator[tuple[int, list[bytes]]]:
    """Answers each probe with all of these; gives its port and what it was asked."""
    asked: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind((host, 0))
        line.settimeout(10)

        def run() -> None:
            while True:
                try:
                    question, who = line.recvfrom(65_535)
                except OSError:
                    return
                if not question:
                    return
                asked.append(question)
                for each in answers:
                    line.sendto(each, who)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        port = line.getsockname()[1]
        yield port, asked
        line.sendto(b"", ("127.0.0.1", port))
        thread.join(5)
