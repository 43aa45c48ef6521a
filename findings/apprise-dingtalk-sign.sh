#!/usr/bin/env bash
# Apprise 2.3.0: the signature of a DingTalk robot with a secret goes into the address encoded twice.
# The plug-in percent-encodes the base64 text, then hands it to requests as a parameter, which encodes
# the percent signs again. Whoever takes the query apart gets "…%3D", not "…=": one decoding short of
# the HMAC the robot computes. As a SHA-256 in base64 always ends in "=", no request escapes it. One
# expects the plug-in's own secret to give what DingTalk's signing rule asks for.
#
# Seen: of 50 messages, 0 carry the right signature in `sign`, 50 do when it is decoded once more.
# Exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check apprise==2.3.0
cat > "$folder/look.py" <<'PY'
import base64, hashlib, hmac, sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
import apprise

SECRET, ANSWER = "SECexample0123456789", b'{"errcode": 0, "errmsg": "ok"}'
queries = []

class Robot(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        queries.append(parse_qs(urlsplit(self.path).query))
        self.send_response(200)
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", 0), Robot)
threading.Thread(target=server.serve_forever, daemon=True).start()
robot = apprise.Apprise.instantiate(f"dingtalk://{SECRET}@{'a' * 64}")
robot.notify_url = f"http://127.0.0.1:{server.server_port}/robot/send?access_token={{token}}"
robot.request_rate_per_sec = 0
for _ in range(50):
    robot.notify(body="East gate: smoke")
server.shutdown()

def signed(timestamp):
    text = f"{timestamp}\n{SECRET}".encode()
    return base64.b64encode(hmac.new(SECRET.encode(), text, hashlib.sha256).digest()).decode()

pairs = [(signed(query["timestamp"][0]), query["sign"][0]) for query in queries]
once = sum(right == sent for right, sent in pairs)
twice = sum(right == unquote(sent) for right, sent in pairs)
print(f"Apprise {apprise.__version__}: of {len(pairs)} messages {once} are signed right, {twice} after one more decoding")
sys.exit(0 if (len(pairs), once, twice) == (50, 0, 50) else 1)
PY
"$folder/venv/bin/python" "$folder/look.py" 2> "$folder/log" || { cat "$folder/log"; exit 1; }
