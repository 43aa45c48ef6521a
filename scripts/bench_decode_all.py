"""The reference of ``scripts/bench ingest``: every picture of every camera decoded, and no more.

With our own source and decoder, a thread for each camera. Addresses come as arguments; a line is
printed each second with the pictures decoded so far.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter

from pipeline.core.errors import SourceError
from pipeline.video.decoder import Decoder
from pipeline.video.sources.rtsp import RtspSource


def decode(url: str, counts: Counter[str]) -> None:
    """Decode one camera for ever."""
    source = RtspSource(url)
    try:
        info = source.open()
        with Decoder(info, url) as decoder:
            for packet in source.packets():
                counts[url] += len(decoder.decode(packet))
    except SourceError as error:
        print(error.line(), file=sys.stderr, flush=True)


def main(urls: list[str]) -> int:
    """Decode until ended."""
    counts: Counter[str] = Counter()
    for url in urls:
        threading.Thread(target=decode, args=(url, counts), daemon=True).start()
    while True:
        time.sleep(1.0)
        print(f"pictures: {counts.total()}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
