#!/usr/bin/env bash
# PyAV 18.1.0 (FFmpeg's Lavf62.12.102) cannot ask a recorder for ONVIF's replay of an interval. The
# Streaming Specification wants `Range: clock=…` and `Require: onvif-replay` as headers of RTSP's PLAY.
# `headers`, an option that `av.open` takes for HTTP, is taken for rtsp:// as well, without an error,
# and nothing of it is sent: PLAY asks for `npt=0.000-`, so that a recorder plays its recording from the
# beginning, which passes for the interval. And the RTP header extension 0xABAC, where the
# specification puts the time at which each picture was taken, is skipped: packets have no side data,
# and begin at 0.
#
# Seen: "PLAY asked for: npt=0.000-; own headers sent: 0; packets with side data: 0 of 20; first at 0".
# Exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check av==18.1.0
cat > "$folder/look.py" <<'PY'
import contextlib
import socket
import struct
import sys
import threading

import av

SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=replay\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
    "m=audio 0 RTP/AVP 0\r\na=control:track\r\n"
)
OWN = "Require: onvif-replay\r\nRange: clock=20260503T080000Z-20260503T081000Z\r\n"
MORE = {
    "OPTIONS": "Public: DESCRIBE, SETUP, PLAY, TEARDOWN\r\n",
    "DESCRIBE": f"Content-Type: application/sdp\r\nContent-Length: {len(SDP)}\r\n",
    "SETUP": "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n",
}


def packet(number):
    """20 ms of G.711, with ONVIF's extension: NTP time, flags, its own CSeq."""
    extension = struct.pack(">HHIIHBB", 0xABAC, 3, 3_986_000_000 + number // 50, 0, 0, 0, 0)
    head = struct.pack(">BBHII", 0x90, 0, number, number * 160, 7)
    rtp = head + extension + b"\xd5" * 160
    return b"$\0" + struct.pack(">H", len(rtp)) + rtp


def recorder(listener, asked):
    peer, _ = listener.accept()
    file = peer.makefile("rwb")
    while True:
        lines = []
        while line := file.readline().decode().strip():
            lines.append(line)
        if not lines:
            return
        asked.append(lines)
        method = lines[0].split()[0]
        number = next(line for line in lines if line.lower().startswith("cseq"))
        body = SDP if method == "DESCRIBE" else ""
        more = MORE.get(method, "Session: 1\r\n")
        file.write(f"RTSP/1.0 200 OK\r\n{number}\r\n{more}\r\n{body}".encode())
        if method == "PLAY":
            for number in range(200):
                file.write(packet(number))
        file.flush()
        if method == "TEARDOWN":
            return


listener = socket.create_server(("127.0.0.1", 0))
asked = []


def serve():
    with contextlib.suppress(OSError):  # the client goes in the middle of what is sent
        recorder(listener, asked)


threading.Thread(target=serve, daemon=True).start()
options = {"rtsp_transport": "tcp", "headers": OWN}
url = f"rtsp://127.0.0.1:{listener.getsockname()[1]}/recording"
with av.open(url, options=options, timeout=10) as container:
    packets = container.demux()
    found = [next(packets) for _ in range(20)]
    packets.close()
with_side_data = sum(bool(list(each.iter_sidedata())) for each in found)
play = next(lines for lines in asked if lines[0].startswith("PLAY"))
wanted = next(line for line in play if line.startswith("Range:")).removeprefix("Range: ")
own = sum("onvif-replay" in line or "clock=" in line for lines in asked for line in lines)
print(
    f"PLAY asked for: {wanted}; own headers sent: {own}; packets with side data: "
    f"{with_side_data} of {len(found)}; first at {found[0].pts}"
)
sys.exit(0 if (wanted, own, with_side_data, found[0].pts) == ("npt=0.000-", 0, 0, 0) else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
