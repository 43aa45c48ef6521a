#!/usr/bin/env bash
# python-dateutil 2.9.0.post0, asked for the zone a camera tells. ONVIF's GetSystemDateAndTime gives it
# as a POSIX TZ text, where the sign counts westwards: CST-8 and GMT-08:00 both are China's time.
# dateutil reads CST-8 as eight hours ahead, as POSIX does, so one expects the same of GMT-08:00, the
# way many a camera writes it. It is read as eight hours behind, as is UTC-8: the sign's meaning depends
# on the name in front. Only `tzstr(…, posix_offset=True)` reads all three alike; `gettz`, the
# usual way in, has no such switch. Of two cameras on one wall the pictures lie sixteen hours apart, on
# paper, and nothing is raised. The C library, asked the same texts, says +0800 for all three.
#
# Seen: CST-8: gettz +08:00, libc +0800; GMT-08:00 and UTC-8: gettz -08:00, libc +0800;
# posix_offset: +08:00 for all three. Exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check python-dateutil==2.9.0.post0
cat > "$folder/look.py" <<'PY'
import datetime as dt, os, subprocess, sys
import dateutil
from dateutil import tz

NOON = dt.datetime(2026, 11, 2, 12)

def offset(zone):
    return f"{NOON.replace(tzinfo=zone):%z}"

def libc(text):
    return subprocess.run(["date", "+%z"], env={**os.environ, "TZ": text}, capture_output=True, text=True, check=True).stdout.strip()

seen = {text: (offset(tz.gettz(text)), offset(tz.tzstr(text)), offset(tz.tzstr(text, posix_offset=True)), libc(text))
        for text in ("CST-8", "GMT-08:00", "UTC-8")}
for text, (usual, plain, posix, system) in seen.items():
    print(f"dateutil {dateutil.__version__}: {text}: gettz {usual}, tzstr {plain}, posix_offset {posix}; libc {system}")
behind = ("-0800", "-0800", "+0800", "+0800")
sys.exit(0 if seen == {"CST-8": ("+0800",) * 4, "GMT-08:00": behind, "UTC-8": behind} else 1)
PY
"$folder/venv/bin/python" "$folder/look.py" 2> "$folder/log" || { cat "$folder/log"; exit 1; }
