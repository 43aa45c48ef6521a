#!/usr/bin/env bash
# Apprise 2.3.0: DingTalk's and WeCom's robots answer a refused message with HTTP 200 and an
# `errcode` other than 0 in the body (310000 for a wrong signature or a missing keyword, 93000 for a
# withdrawn robot, 45009 for too many messages). `notify()` returns True for both, and logs "Sent":
# its plug-ins look at the HTTP status alone. One expects False, the more so as the Lark plug-in of
# the same version does read the `code` in the body of a 200, and returns False. Who alarms a duty
# room through it learns of a withdrawn robot from the duty room.
#
# Seen: "DingTalk True, WeCom True, Lark False". Exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check apprise==2.3.0
cat > "$folder/look.py" <<'PY'
import json, sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
import apprise

class Robot(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps(self.server.answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", 0), Robot)
threading.Thread(target=server.serve_forever, daemon=True).start()
here = f"http://127.0.0.1:{server.server_port}/"

def told(url, address, answer):
    robot = apprise.Apprise.instantiate(url)
    setattr(robot, address, here)  # the robot's own address, turned to this machine
    server.answer = answer
    return robot.notify(body="East gate: smoke", title="Alert")

seen = {
    "DingTalk": told("dingtalk://" + "a" * 64, "notify_url", {"errcode": 310000, "errmsg": "sign not match"}),
    "WeCom": told("wecombot://" + "b" * 36, "api_url", {"errcode": 93000, "errmsg": "invalid webhook url"}),
    "Lark": told("lark://" + "c" * 32, "webhook_url", {"code": 19021, "msg": "sign match fail"}),
}
server.shutdown()
print(f"Apprise {apprise.__version__}: " + ", ".join(f"{name} {value}" for name, value in seen.items()))
sys.exit(0 if seen == {"DingTalk": True, "WeCom": True, "Lark": False} else 1)
PY
"$folder/venv/bin/python" "$folder/look.py" 2> "$folder/log" || { cat "$folder/log"; exit 1; }
