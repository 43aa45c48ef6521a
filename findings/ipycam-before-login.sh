#!/usr/bin/env bash
# ipycam 1.3.0 (a virtual ONVIF camera), as asked by a client that has just found it. Two answers that
# the specifications do not let one expect:
# 1. GetSystemDateAndTime, which ONVIF's Core specification puts into the access class PRE_AUTH, is
#    refused without a login (401, "Sender not authorized"). But the clock is what a client has to
#    know before it can make the login: the digest of WS-Security holds the camera's time.
# 2. A Probe is answered with one d:ProbeMatch right in the SOAP body, and with the action ProbeMatch;
#    WS-Discovery has d:ProbeMatches there, a list of them, also of one. A client that looks for
#    the list finds no camera.
# Who signs in by a camera's clock signs in once by the own one instead; who reads matches looks for
# them at any depth.
#
# Seen: "ipycam 1.3.0: clock without login 401, match without its list True".
# Exits 1 when that is no longer so. Needs ffmpeg; asks 127.0.0.1 alone, at UDP port 3702.
set -euo pipefail
command -v ffmpeg >/dev/null || { echo "ffmpeg is missing: apt-get install ffmpeg"; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check ipycam==1.3.0 opencv-python==5.0.0.93
ffmpeg -v error -f lavfi -i testsrc=size=640x360:rate=10 -t 20 -pix_fmt yuv420p film.mp4
cat > look.py <<'PY'
import http.client, json, pathlib, socket, subprocess, sys, time
from importlib.metadata import version

def free():
    with socket.create_server(("127.0.0.1", 0)) as line:
        return line.getsockname()[1]

SOAP = '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>{}</s:Body></s:Envelope>'
TIME = SOAP.format('<GetSystemDateAndTime xmlns="http://www.onvif.org/ver10/device/wsdl"/>')
PROBE = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:n="http://www.onvif.org/ver10/network/wsdl"><s:Header><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action><a:MessageID>uuid:9a1c0d6e-0b1f-4a68-8a0f-3d7a6a2f9b10</a:MessageID><a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header><s:Body><d:Probe><d:Types>n:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>"""
onvif, rtsp = free(), free()
pathlib.Path("camera.json").write_text(json.dumps({"local_ip": "127.0.0.1", "onvif_port": onvif, "rtsp_port": rtsp, "username": "viewer", "password": "example", "hw_accel": "cpu"}))
camera = subprocess.Popen([sys.executable, "-m", "ipycam", "-c", "camera.json", "--source", "film.mp4", "--no-timestamp"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", onvif), 1).close()
            break
        except OSError:
            time.sleep(0.2)
    time.sleep(2)
    ask = http.client.HTTPConnection("127.0.0.1", onvif, timeout=10)
    ask.request("POST", "/onvif/device_service", TIME, {"Content-Type": "application/soap+xml"})
    answer = ask.getresponse()
    body = answer.read().decode()
    named = "Sender not authorized" in body
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(5)
        line.sendto(PROBE.encode(), ("127.0.0.1", 3702))
        found = line.recv(65535).decode()
    wrapped = "ProbeMatches" in found
    match = "<d:ProbeMatch>" in found and "NetworkVideoTransmitter" in found
finally:
    camera.terminate()
    camera.wait(20)
print(f"ipycam {version('ipycam')}: clock without login {answer.status}, match without its list {match and not wrapped}")
sys.exit(not (answer.status == 401 and named and match and not wrapped))
PY
venv/bin/python look.py
