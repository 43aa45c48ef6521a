#!/usr/bin/env bash
# PyAV 18.1.0 (its wheel's FFmpeg 8) on the program stream a GB/T 28181 device sends. The program
# stream map names each elementary stream's type, so one expects the reader to go by it, or to call
# what it does not know unknown. For video it does (0x1b H.264). For audio it knows 0x90 (G.711 A);
# 0x92 (G.722.1), 0x93 (G.723.1) and 0x99 (G.729), all three in the standard's table, and 0x90 too
# where the map is absent, it calls "mp2" with 0 Hz, and of a hundred packets of sound it hands on
# one. Nothing is raised. Who reads a platform's stream believes the camera sends MP2 and is broken.
#
# Seen: 0x90 pcm_alaw, 8000 Hz, 100 packets; 0x92, 0x93, 0x99 and 0x90 without map: mp2, 0 Hz, 1.
# The bytes of sound are the same in all (A-law silence): only the type in the map differs.
# Exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check av==18.1.0
cat > "$folder/look.py" <<'PY'
import sys
from fractions import Fraction
import av

def packed(*fields):
    number = width = 0
    for bits, value in fields:
        number, width = number << bits | value & (1 << bits) - 1, width + bits
    return number.to_bytes(width // 8, "big")

def clock(prefix_bits, prefix, ticks, *rest):  # 33 bits in three parts, a marker bit after each
    return packed((prefix_bits, prefix), (3, ticks >> 30), (1, 1), (15, ticks >> 15), (1, 1),
                  (15, ticks), (1, 1), *rest)

def pack_header(ticks):
    return b"\0\0\1\xba" + clock(2, 1, ticks, (9, 0), (1, 1), (22, 5000), (2, 3), (5, 31), (3, 0))

def block(start, body):
    return b"\0\0\1" + bytes([start]) + len(body).to_bytes(2, "big") + body

def system_header():
    bounds = packed((1, 1), (22, 5000), (1, 1), (6, 1), (2, 0), (2, 0), (1, 1), (5, 1), (1, 0), (7, 127))
    return block(0xBB, bounds + b"\xe0" + packed((2, 3), (1, 1), (13, 128)) + b"\xc0" + packed((2, 3), (14, 4)))

def crc32_mpeg(data):
    rest = 0xFFFFFFFF
    for byte in data:
        rest ^= byte << 24
        for _ in range(8):
            rest = (rest << 1 ^ (0x04C11DB7 if rest >> 31 else 0)) & 0xFFFFFFFF
    return rest.to_bytes(4, "big")

def stream_map(video, audio):
    streams = bytes([video, 0xE0, 0, 0, audio, 0xC0, 0, 0])
    body = b"\xe0\xff\0\0" + len(streams).to_bytes(2, "big") + streams
    whole = block(0xBC, body + bytes(4))
    return whole[:-4] + crc32_mpeg(whole[:-4])

def elementary(start, ticks, data):
    return block(start, b"\x80\x80\x05" + clock(4, 2, ticks) + data)

encoder = av.CodecContext.create("libx264", "w")
encoder.width, encoder.height, encoder.pix_fmt = 320, 240, "yuv420p"
encoder.time_base, encoder.framerate, encoder.gop_size = Fraction(1, 25), 25, 25
encoder.options = {"tune": "zerolatency"}
pictures = []
for number in range(100):
    frame = av.VideoFrame(320, 240, "yuv420p")
    for plane in frame.planes:
        plane.update(bytes((place * 7 + number) % 251 for place in range(plane.buffer_size)))
    frame.pts, frame.time_base = number, Fraction(1, 25)
    pictures += encoder.encode(frame)
pictures += encoder.encode(None)

def read(audio, mapped):
    path = sys.argv[1] + "/stream.ps"
    with open(path, "wb") as out:
        for number, picture in enumerate(pictures):
            ticks = 90000 + number * 3600
            head = pack_header(ticks)
            if picture.is_keyframe:
                head += system_header() + (stream_map(0x1B, audio) if mapped else b"")
            out.write(head + elementary(0xE0, ticks, bytes(picture)))
            out.write(pack_header(ticks) + elementary(0xC0, ticks, b"\xd5" * 320))
    with av.open(path) as container:
        sound, = container.streams.audio
        count = sum(packet.size > 0 for packet in container.demux(sound))
        return container.streams.video[0].name, sound.name, sound.codec_context.sample_rate, count

seen = {}
for audio, mapped in ((0x90, True), (0x92, True), (0x93, True), (0x99, True), (0x90, False)):
    seen[audio, mapped] = read(audio, mapped)
    print(f"PyAV {av.__version__}: audio {audio:#x}, {'with' if mapped else 'no'} map: {seen[audio, mapped]}")
good = seen.pop((0x90, True)) == ("h264", "pcm_alaw", 8000, 100)
sys.exit(0 if good and set(seen.values()) == {("h264", "mp2", 0, 1)} else 1)
PY
"$folder/venv/bin/python" "$folder/look.py" "$folder" 2> "$folder/log" || { cat "$folder/log"; exit 1; }
