#!/usr/bin/env bash
# onveef 0.6.0 (PyPI), OnvifClient: one question with a wrong password is two refused logins at a device
# that asks for HTTP Digest: the services are asked for signed, and then, in case the clock was the
# reason, the clock is, signed too. What the caller is told is OnvifCapabilityMissingError ("Device does not
# advertise the 'search' ONVIF service"), because the failed discovery counts as an empty list: never that
# user or password were refused. Devices that lock an account after a few refusals lock it after half
# as many questions.
#
# Seen: "refused 2, told OnvifCapabilityMissingError". Exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check onveef==0.6.0
cat > "$folder/look.py" <<'PY'
import sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from onveef import OnvifClient
from onveef.exceptions import OnvifError

refused = 0

class Device(BaseHTTPRequestHandler):
    """Lets nobody in: every password is a wrong one."""

    def do_POST(self):
        global refused
        self.rfile.read(int(self.headers["Content-Length"]))
        refused += "Authorization" in self.headers
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Digest realm="DVR", qop="auth", nonce="6d1f"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Device)
threading.Thread(target=server.serve_forever, daemon=True).start()
told = "nothing"
with OnvifClient("127.0.0.1", server.server_port, "admin", "wrong") as client:
    try:
        client.find_recordings()
    except OnvifError as error:
        told = type(error).__name__
print(f"refused {refused}, told {told}")
sys.exit(0 if (refused, told) == (2, "OnvifCapabilityMissingError") else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
