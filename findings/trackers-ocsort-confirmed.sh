#!/usr/bin/env bash
# trackers 2.6.1 (with supervision 0.31.2): `minimum_consecutive_frames` is described as the wait
# before a new track is valid and gets an id instead of -1; one expects a track that has its id to keep
# it, as SORT's and ByteTrack's do. OCSORTTracker takes it back: after a single frame without the box
# the same track is -1 again until it was seen three frames in a row. Of an object its detector misses
# in every third frame nothing is heard any more, though `lost_track_buffer` is 30, and though the
# track lives on (its old id comes back as soon as three frames agree). Who filters out -1, as every
# example does, loses the person half hidden behind a gate, and all the time spent there.
#
# Seen, ten whole frames, then every third without the box, then three whole ones: OC-SORT gives an id
# to 0 of the 200 boxes in between, SORT and ByteTrack to 200; afterwards all three have their first id.
# Exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check trackers==2.6.1 supervision==0.31.2
cat > "$folder/look.py" <<'PY'
import sys
from importlib.metadata import version
import numpy as np
import supervision as sv
from trackers import ByteTrackTracker, OCSORTTracker, SORTTracker

SEEN = sv.Detections(xyxy=np.array([[200.0, 10, 240, 90]]), confidence=np.array([0.9]), class_id=np.array([0]))
patterns = {"whole": [True] * 10, "gaps": [frame % 3 != 0 for frame in range(300)], "after": [True] * 3}

def ids(kind):
    tracker = kind(minimum_consecutive_frames=3, lost_track_buffer=30)
    return {name: [int(one) for seen in frames
                   for one in tracker.update(SEEN if seen else sv.Detections.empty()).tracker_id]
            for name, frames in patterns.items()}

seen = {}
for kind in (OCSORTTracker, SORTTracker, ByteTrackTracker):
    given = ids(kind)
    kept = given["whole"][-1] == given["after"][-1] >= 0
    seen[kind.__name__] = (sum(one >= 0 for one in given["gaps"]), len(given["gaps"]), kept)
    print(f"trackers {version('trackers')}: {kind.__name__}: id in {seen[kind.__name__][0]} of {seen[kind.__name__][1]} boxes, "
          f"the first id afterwards: {kept}")
sys.exit(0 if seen == {"OCSORTTracker": (0, 200, True), "SORTTracker": (200, 200, True), "ByteTrackTracker": (200, 200, True)} else 1)
PY
"$folder/venv/bin/python" "$folder/look.py" 2> "$folder/log" || { cat "$folder/log"; exit 1; }
