#!/usr/bin/env bash
# PyAV 18.1.0 (cp311-abi3 wheel for Linux): the generator of `InputContainer.demux` cleans up in a
# `finally` clause, but one that is dropped half-way (`for packet in container.demux(): break`, or a
# return from the loop) never runs it, unlike a generator of Python's own. FFmpeg's read packet and
# the list of streams stay: some 150 bytes a time, for ever. `generator.close()` runs the clause and
# leaves nothing. Who opens the same camera again and again, and leaves the loop each time, grows.
#
# Seen: "dropped: 144..160 bytes a time, closed: 0". Exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check av==18.1.0
cat > "$folder/look.py" <<'PY'
import ctypes, gc, sys
from fractions import Fraction
import av

path = sys.argv[1] + "/film.mp4"
with av.open(path, "w") as out:
    stream = out.add_stream("mpeg4", rate=10, width=64, height=48)
    stream.pix_fmt = "yuv420p"
    for number in range(20):
        frame = av.VideoFrame(64, 48, "yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, 10)
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))

class MallInfo(ctypes.Structure):  # mallinfo2(3) of glibc
    _fields_ = [(f"f{n}", ctypes.c_size_t) for n in range(7)] + [
        ("uordblks", ctypes.c_size_t), ("fordblks", ctypes.c_size_t), ("keepcost", ctypes.c_size_t)]

libc = ctypes.CDLL(None)
libc.mallinfo2.restype = MallInfo

def held():
    gc.collect()
    return libc.mallinfo2().uordblks

def cost(read, times=3000):
    for _ in range(100):
        read()
    before = held()
    for _ in range(times):
        read()
    return (held() - before) / times

container = av.open(path)

def dropped():
    container.seek(0)
    for _ in container.demux(video=0):
        break

def closed():
    container.seek(0)
    packets = container.demux(video=0)
    next(packets)
    packets.close()

lost, kept = cost(dropped), cost(closed)
print(f"PyAV {av.__version__}: dropped: {lost:.0f} bytes a time, closed: {kept:.0f}")
sys.exit(0 if lost > 100 and kept < 10 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py" "$folder"
