#!/usr/bin/env bash
# aiortc 1.16.0, asked to receive a call with sound and H.264 video. Its decoder is FFmpeg's and reads
# Main and High too, but it knows two profile-level-ids, both Baseline. One expects an offer of Main or
# High alone, what many cameras send, to be answered with that one medium rejected (port 0) and the sound
# taken, as an answer in SDP can. `setRemoteDescription` raises OperationError instead, the whole call
# fails, and its words speak of "send parameters", though this side was asked only to receive. Who
# connects a camera's WebRTC gateway looks for the mistake everywhere but at the codec.
#
# Seen: Baseline 42e01f: audio and video answered; Main 4d001f and High 64001f, 640c1f: OperationError
# "Failed to set remote video description send parameters". Exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check aiortc==1.16.0
cat > "$folder/look.py" <<'PY'
import asyncio, re, sys
import aiortc
from aiortc import RTCPeerConnection, RTCSessionDescription

async def offer_of(profile):  # aiortc's own offer, its video narrowed to one H.264 of that profile
    peer = RTCPeerConnection()
    peer.addTransceiver("audio", "sendonly")
    peer.addTransceiver("video", "sendonly")
    await peer.setLocalDescription(await peer.createOffer())
    sdp = peer.localDescription.sdp
    await peer.close()
    head, video = sdp.split("m=video", 1)
    number = re.search(r"a=fmtp:(\d+) .*profile-level-id=42e01f", video)[1]
    lines = [line for line in video.splitlines()
             if not (found := re.match(r"a=(?:rtpmap|fmtp|rtcp-fb):(\d+)", line)) or found[1] == number]
    lines[0] = re.sub(r"SAVPF .*", f"SAVPF {number}", lines[0])
    return head + "m=video" + "\r\n".join(lines).replace("42e01f", profile) + "\r\n"

async def answer_to(profile):
    peer = RTCPeerConnection()
    try:
        await peer.setRemoteDescription(RTCSessionDescription(await offer_of(profile), "offer"))
        await peer.setLocalDescription(await peer.createAnswer())
        return "answered: " + ", ".join(
            f"{kind} {'taken' if port != '0' else 'rejected'}"
            for kind, port in re.findall(r"m=(\w+) (\d+)", peer.localDescription.sdp))
    except Exception as error:  # whatever it is, it is the answer looked at
        return f"{type(error).__name__}: {error}"
    finally:
        await peer.close()

REFUSED = "OperationError: Failed to set remote video description send parameters"
expected = {"42e01f": "answered: audio taken, video taken", "4d001f": REFUSED, "64001f": REFUSED, "640c1f": REFUSED}
seen = {profile: asyncio.run(answer_to(profile)) for profile in expected}
for profile, answer in seen.items():
    print(f"aiortc {aiortc.__version__}: {profile}: {answer}")
sys.exit(0 if seen == expected else 1)
PY
"$folder/venv/bin/python" "$folder/look.py" 2> "$folder/log" || { cat "$folder/log"; exit 1; }
