#!/usr/bin/env bash
# aiortsp 1.4.0 keeps statistics of what a camera sends (`RTCPStats`) and reports them back to it. One
# expects `jitter` to be RFC 3550's: how unevenly packets arrive, 0 for a camera whose pictures come to
# the tick. The time of arrival never enters it. What comes out is the distance of two pictures in
# ticks of the stream, 3600 (40 ms) at 25 a second, on a perfect line, and nearly the same on one that
# delays every packet by anything up to 200 ms; there it should be larger. And the report's block, which
# names by its SSRC the source it speaks of, names the receiver itself: the camera finds no block
# about its own stream. Who draws this figure as the quality of a line draws a flat line.
#
# Seen: "even: 3600, by RFC 3550 0; uneven: 3600, by RFC 3550 6378; block about the camera: False".
# Exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check aiortsp==1.4.0 dpkt==1.9.8
cat > "$folder/look.py" <<'PY'
import random, struct, sys
import aiortsp.rtcp.stats as statistics
from aiortsp.__version__ import __version__
from aiortsp.rtcp.parser import RTCP
from dpkt.rtp import RTP

CAMERA, RATE, STEP, FIRST = 0x1234ABCD, 90_000, 3600, 1_000_000
now = 1_793_600_000.0
statistics.time = lambda: now  # the clock it reads, held by this test

def run(delays):
    global now
    stats, by_rfc, before, start = statistics.RTCPStats(), 0.0, None, now
    seconds = int(start) + 2_208_988_800
    stats.handle_rtcp(RTCP.unpack(struct.pack("!BBHIIIIII", 0x80, 200, 6, CAMERA, seconds, 0, FIRST, 0, 0)))
    for number, delay in enumerate(delays):
        now, ticks = start + number * STEP / RATE + delay, FIRST + number * STEP
        stats.update(RTP(struct.pack("!BBHII", 0x80, 96, number, ticks, CAMERA) + b"picture"))
        transit = round((now - start) * RATE) - ticks  # RFC 3550, section 6.4.1 and appendix A.8
        if before is not None:
            by_rfc += (abs(transit - before) - by_rfc) / 16
        before = transit
    data = bytes(stats.build_rtcp())
    assert data[1] == 201 and data[0] & 31 == 1  # a receiver report with one block
    source, _, _, jitter = struct.unpack("!IIII", data[8:24])
    return jitter, round(by_rfc), source == CAMERA

luck = random.Random(1)
even, uneven = run([0.0] * 1000), run([luck.random() / 5 for _ in range(1000)])
print(f"aiortsp {__version__}: even: {even[0]}, by RFC 3550 {even[1]}; uneven: {uneven[0]}, by RFC 3550 {uneven[1]}; "
      f"block about the camera: {even[2] or uneven[2]}")
near = all(STEP - 2 <= one[0] <= STEP for one in (even, uneven))
sys.exit(0 if near and even[1] == 0 and uneven[1] > STEP and not even[2] and not uneven[2] else 1)
PY
"$folder/venv/bin/python" "$folder/look.py" 2> "$folder/log" || { cat "$folder/log"; exit 1; }
