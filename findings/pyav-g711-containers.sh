#!/usr/bin/env bash
# PyAV 18.1.0 and the sound many cameras send, G.711 A-law, next to H.264. Which container keeps it
# cannot be told from what PyAV refuses and accepts:
# - Matroska: `add_stream` and `add_stream_from_template` say the format does not support pcm_alaw. It
#   does: FFmpeg's own program (imageio-ffmpeg 0.8.1) copies the same film into it, and PyAV reads it.
# - MPEG-TS: PyAV adds the stream, and every packet is written. Read back, the track is "bin_data", a
#   data stream: there is no sound in the file any more. The only word of it is a warning in FFmpeg's
#   log, which PyAV does not show unless asked.
# One expects a refusal where sound would be lost, and none where it is kept. Who records to .ts since
# it "takes everything" keeps silent films.
#
# Seen: "Matroska: PyAV refuses, FFmpeg pcm_alaw; MPEG-TS: PyAV accepts, read back bin_data".
# Exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check av==18.1.0 imageio-ffmpeg==0.8.1
cat > "$folder/look.py" <<'PY'
import subprocess, sys
from fractions import Fraction
import av, imageio_ffmpeg

film = sys.argv[1] + "/film"

def write(path):
    with av.open(path, "w") as out:
        video, sound = out.add_stream("libx264", rate=25, width=64, height=48), out.add_stream("pcm_alaw", rate=8000)
        video.pix_fmt, sound.layout = "yuv420p", "mono"
        for number in range(50):
            picture = av.VideoFrame(64, 48, "yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, 25)
            samples = av.AudioFrame(format="s16", layout="mono", samples=320)
            samples.planes[0].update(bytes(640))
            samples.pts, samples.sample_rate, samples.time_base = number * 320, 8000, Fraction(1, 8000)
            out.mux(video.encode(picture))
            out.mux(sound.encode(samples))
        out.mux(video.encode(None))
        out.mux(sound.encode(None))

def second(path):
    with av.open(path) as container:
        stream = container.streams[1]
        return stream.type, stream.name

def copied(path, target):
    try:
        with av.open(path) as source, av.open(target, "w") as out:
            streams = [out.add_stream_from_template(stream) for stream in source.streams]
            for packet in source.demux():
                if packet.dts is not None:
                    packet.stream = streams[packet.stream.index]
                    out.mux(packet)
        return "accepts"
    except ValueError as error:
        return "refuses" if "does not support" in str(error) else str(error)

write(film + ".flv")
assert second(film + ".flv") == ("audio", "pcm_alaw")
matroska = copied(film + ".flv", film + ".mkv")
subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-i", film + ".flv", "-c", "copy", film + ".mkv"], check=True)
stream_ts = copied(film + ".flv", film + ".ts")
kept, lost = second(film + ".mkv"), second(film + ".ts")
print(f"PyAV {av.__version__}: Matroska: PyAV {matroska}, FFmpeg {kept[1]}; MPEG-TS: PyAV {stream_ts}, read back {lost[1]}")
right = (matroska, kept, stream_ts, lost) == ("refuses", ("audio", "pcm_alaw"), "accepts", ("data", "bin_data"))
sys.exit(0 if right else 1)
PY
"$folder/venv/bin/python" "$folder/look.py" "$folder" 2> "$folder/log" || { cat "$folder/log"; exit 1; }
