"""RTSP cameras for the benchmarks: GStreamer's rtsp-server sends films picture by picture.

Run by the system's Python, which has GStreamer's bindings, as a process of its own, so that its CPU
seconds are not the worker's. Nothing is encoded here: a film's pictures go out on time, for ever.
Each connection has a pipeline and a clock of its own and begins at another place of the film, so
that cameras' keyframes do not come all at once. For each marked picture a line of JSON is printed
as it is sent: ``{"camera", "mark", "utc_s"}``.
"""

# mypy: ignore-errors
# The bindings exist in the system's Python alone, and have no types.

import argparse
import json
import sys
import threading
import time
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

_LAUNCH = (
    "( appsrc name=film is-live=true format=time max-bytes=0"
    " caps=video/x-h264,stream-format=byte-stream,alignment=au,framerate={fps}/1"
    " ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
)


class Film:
    """The byte stream and where each picture begins."""

    def __init__(self, path):
        facts = json.loads(path.with_suffix(".json").read_text("utf-8"))
        self.fps = facts["fps"]
        self.marks = {picture: mark for mark, picture in enumerate(facts["marks"])}
        self.pictures = []
        data = path.read_bytes()
        at = 0
        for size in facts["sizes"]:
            self.pictures.append(data[at : at + size])
            at += size


class Camera(GstRtspServer.RTSPMediaFactory):
    """One address; see the module."""

    def __init__(self, name, film, first):
        super().__init__()
        self._name, self._film, self._first = name, film, first
        self.set_launch(_LAUNCH.format(fps=film.fps))
        self.connect("media-configure", self._configure)

    def _configure(self, _factory, media):
        source = media.get_element().get_child_by_name("film")
        stop = threading.Event()
        media.connect("unprepared", lambda _media: stop.set())
        threading.Thread(target=self._send, args=(source, stop), daemon=True).start()

    def _send(self, source, stop):
        film = self._film
        step_ns = Gst.SECOND // film.fps
        began_s = time.monotonic()
        count = len(film.pictures)
        number = 0
        while not stop.is_set():
            due_s = began_s + number / film.fps
            wait_s = due_s - time.monotonic()
            if wait_s > 0:
                time.sleep(wait_s)
            place = (self._first + number) % count
            buffer = Gst.Buffer.new_wrapped(film.pictures[place])
            buffer.pts = buffer.dts = number * step_ns
            buffer.duration = step_ns
            mark = film.marks.get(place)
            if mark is not None:
                line = {"camera": self._name, "mark": mark, "utc_s": time.time()}
                print(json.dumps(line), flush=True)
            if source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
                return
            number += 1


def main():
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--cameras",
        action="append",
        required=True,
        metavar="NAME=COUNT=FILM",
        help="COUNT cameras NAME-0, NAME-1, ... that show FILM",
    )
    given = parser.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(given.port))
    for entry in given.cameras:
        name, count, path = entry.split("=", 2)
        film = Film(Path(path))
        for number in range(int(count)):
            # Apart by a golden section of the film: never in step, whatever their number.
            first = int(number * 0.618034 % 1.0 * len(film.pictures))
            camera = Camera(f"{name}-{number}", film, first)
            server.get_mount_points().add_factory(f"/{name}-{number}", camera)
    if not server.attach(None):
        print(f"port {given.port} cannot be had", file=sys.stderr)
        return 2
    print("ready", flush=True)
    GLib.MainLoop().run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
