#!/usr/bin/env bash
# holidays 0.109, China, asked which days are worked. For 2008 to 2026 it agrees with chinesecalendar 1.11.0
# on every single day, the Saturdays and Sundays worked instead of a long holiday's weekdays included. Whoever
# has checked that trusts it for the next year too, and expects an error, or at least a mark, for a year whose
# arrangement it does not have. chinesecalendar raises NotImplementedError for 2027. holidays answers: not
# one weekend of 2027 is worked, 2027-10-06 is an ordinary Wednesday with lessons, and nothing in the answer
# tells it from one it knows. A calendar of lessons or exams made ahead is wrong around every long holiday.
# Count the weekends worked in a year: none means that it is not known.
#
# Seen: "6,940 days alike; worked weekends 5 to 12 a year, 2027: 0; 2027-10-06 worked True, chinesecalendar
# NotImplementedError". Exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check holidays==0.109 chinesecalendar==1.11.0
cat > "$folder/look.py" <<'PY'
import datetime as dt, sys
from importlib.metadata import version
import chinese_calendar, holidays

china = holidays.China()

def days(year):
    first = dt.date(year, 1, 1)
    return [first + dt.timedelta(days=n) for n in range((dt.date(year + 1, 1, 1) - first).days)]

def worked_weekends(year):
    return sum(day.weekday() > 4 and china.is_working_day(day) for day in days(year))

known = range(2008, 2027)
both = [(china.is_working_day(day), chinese_calendar.is_workday(day)) for year in known for day in days(year)]
counts = {year: worked_weekends(year) for year in (*known, 2027)}
next_year = counts.pop(2027)
wednesday = dt.date(2027, 10, 6)
try:
    other = chinese_calendar.is_workday(wednesday)
except NotImplementedError:
    other = "NotImplementedError"
alike = sum(one == two for one, two in both)
print(f"holidays {version('holidays')}: {alike:,} of {len(both):,} days alike; worked weekends {min(counts.values())} to "
      f"{max(counts.values())} a year, 2027: {next_year}; {wednesday} worked {china.is_working_day(wednesday)}, chinesecalendar {other}")
sys.exit(0 if alike == len(both) and min(counts.values()) > 0 == next_year and china.is_working_day(wednesday)
         and other == "NotImplementedError" else 1)
PY
"$folder/venv/bin/python" "$folder/look.py" 2> "$folder/log" || { cat "$folder/log"; exit 1; }
