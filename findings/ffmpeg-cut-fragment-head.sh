#!/usr/bin/env bash
# FFmpeg in PyAV 18.1.0 (Linux): a fragmented MP4 whose writing ended within the head (`moof`) of its last
# fragment may not open at all, although every fragment before it is whole: "Invalid data found",
# not one picture. It depends on the byte: of the head's positions some are refused, the others show
# all the pictures before. The same bytes less the cut head open and show those pictures too. So a
# recording that a power cut ended there looks lost to every player on FFmpeg, and is not.
#
# Seen: "head of 116 bytes: refused 28 times, else 12 pictures; without the head 12 pictures".
# Exits 1 when no position is refused any more, or one before the head is.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check av==18.1.0
cat > "$folder/look.py" <<'PY'
import sys
from fractions import Fraction
import av

whole, cut = (f"{sys.argv[1]}/{name}.mp4" for name in ("whole", "cut"))
how = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
with av.open(whole, "w", options=how) as out:
    stream = out.add_stream("mpeg4", rate=5, width=64, height=48)
    stream.pix_fmt, stream.gop_size = "yuv420p", 5
    for number in range(15):
        frame = av.VideoFrame(64, 48, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([100 + number]) * plane.buffer_size)
        frame.pts, frame.time_base = number, Fraction(1, 5)
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))
data = open(whole, "rb").read()

def pictures(length):
    with open(cut, "wb") as file:
        file.write(data[:length])
    try:
        with av.open(cut) as container:
            return sum(1 for _ in container.decode(video=0))
    except (av.error.InvalidDataError, av.error.EOFError):
        return 0

begin = data.rindex(b"moof") - 4
size = int.from_bytes(data[begin:begin + 4], "big")
found = [pictures(begin + n) for n in range(1, size)]
shown, bare = {count for count in found if count}, pictures(begin)
print(f"PyAV {av.__version__}: head of {size} bytes: refused {found.count(0)} times, "
      f"else {' or '.join(map(str, shown))} pictures; without the head {bare} pictures")
sys.exit(0 if found.count(0) and shown == {bare} and bare > 0 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py" "$folder"
