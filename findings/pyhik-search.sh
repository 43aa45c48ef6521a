#!/usr/bin/env bash
# pyHik 0.4.8, `HikCamera.search_recordings`, against a recorder that holds 100 one-minute clips and
# hands out at most 40 at a time, however many `maxResults` asks. Two things one would not guess:
# 1. The answer says responseStatusStrg MORE; pyHik asks no second time. It returns 40 of the 100
#    clips, the same as if there were no more; `max_results=100` does not help.
# 2. The search sends the wall-clock figures of the datetime with a "Z" behind them, whatever its
#    zone; the answer's "Z" is read as UTC. Asked from 08:00+08:00, the first clip found starts, by
#    its own `start_time`, at 08:00 UTC: eight hours after the moment asked for. A recorder that takes
#    the figures as its local time, as this one does, finds the right footage under the wrong datetime.
# Who checks for gaps finds 60 missing clips, and none of the rest where it belongs.
#
# Seen: "100 clips, 40 returned; asked 00:00 UTC, got 08:00 UTC; 1 request".
# Exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check pyhik==0.4.8
cat > "$folder/look.py" <<'PY'
import datetime as dt, re, sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from pyhik.hikvision import HikCamera

CLIPS = [dt.datetime(2026, 11, 2, 8) + dt.timedelta(minutes=number) for number in range(100)]
SPACE = 'xmlns="http://www.hikvision.com/ver20/XMLSchema"'
searches = []

def item(start):
    end = start + dt.timedelta(minutes=1)
    return f"""<searchMatchItem><sourceID>{{0000}}</sourceID><trackID>101</trackID><timeSpan>
    <startTime>{start.isoformat()}Z</startTime><endTime>{end.isoformat()}Z</endTime></timeSpan>
    <mediaSegmentDescriptor><contentType>video</contentType><playbackURI>rtsp://192.0.2.5/Streaming/tracks/101/
    </playbackURI></mediaSegmentDescriptor></searchMatchItem>"""

class Recorder(BaseHTTPRequestHandler):
    def answer(self, body, status=200):
        self.send_response(status)
        self.send_header("Content-Type", 'application/xml; charset="UTF-8"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/ISAPI/System/deviceInfo":
            return self.answer(f"<DeviceInfo {SPACE}><deviceName>NVR</deviceName><deviceType>NVR</deviceType></DeviceInfo>".encode())
        self.answer(b"", 404)

    def do_POST(self):
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
        searches.append(asked)
        first = int(re.search(r"<searchResultPosition>(\d+)", asked)[1])
        limits = [dt.datetime.fromisoformat(text) for text in re.findall(r"<(?:start|end)Time>([^<]+)Z<", asked)]
        found = [clip for clip in CLIPS if limits[0] <= clip < limits[1]]
        page = found[first:first + 40]
        status = "MORE" if first + 40 < len(found) else "OK"
        self.answer(f"""<CMSearchResult {SPACE}><responseStatus>true</responseStatus>
        <responseStatusStrg>{status}</responseStatusStrg><numOfMatches>{len(page)}</numOfMatches>
        <matchList>{"".join(map(item, page))}</matchList></CMSearchResult>""".encode())

    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", 0), Recorder)
threading.Thread(target=server.serve_forever, daemon=True).start()
camera = HikCamera("http://127.0.0.1", server.server_port, "viewer", "example")
local = dt.timezone(dt.timedelta(hours=8))
start = dt.datetime(2026, 11, 2, 8, tzinfo=local)
clips = camera.search_recordings(101, start, start + dt.timedelta(hours=3), max_results=100)
server.shutdown()
first = min(clip.start_time for clip in clips)
print(f"pyHik {version('pyhik')}: {len(CLIPS)} clips, {len(clips)} returned; asked {start.astimezone(dt.timezone.utc):%H:%M} UTC, "
      f"got {first.astimezone(dt.timezone.utc):%H:%M} UTC; {len(searches)} request")
sys.exit(0 if (len(clips), first - start, len(searches)) == (40, dt.timedelta(hours=8), 1) else 1)
PY
"$folder/venv/bin/python" "$folder/look.py" 2> "$folder/log" || { cat "$folder/log"; exit 1; }
