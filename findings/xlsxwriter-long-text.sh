#!/usr/bin/env bash
# XlsxWriter 3.3.1: a cell holds 32,767 characters. `write_string` cuts a longer text to that and
# returns -2; one expects `write_row` to do the same to that one cell. It does cut it, and then leaves
# out every cell after it: the row ends in the middle, nothing is raised or warned. `write_column` is
# the same, `add_table` with the same rows is not. A log or a remark of 40 kB in the third column of an
# export empties the columns behind it, of that row only.
#
# Seen: write_row "7 | cut | - | -", returns -2; add_table "7 | cut | east gate | closed".
# Exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check xlsxwriter==3.3.1 openpyxl==3.1.5
cat > "$folder/look.py" <<'PY'
import sys
import openpyxl, xlsxwriter

path = sys.argv[1] + "/export.xlsx"
row = [7, "x" * 40_000, "east gate", "closed"]
with xlsxwriter.Workbook(path) as book:
    returned = book.add_worksheet("row").write_row(0, 0, row)
    book.add_worksheet("table").add_table(0, 0, 1, 3, {"data": [row], "header_row": False})

def read(name):
    cells = next(openpyxl.load_workbook(path)[name].iter_rows(max_row=1, max_col=4, values_only=True))
    return ["cut" if cell == "x" * 32_767 else "-" if cell is None else str(cell) for cell in cells]

by_row, by_table = read("row"), read("table")
print(f"XlsxWriter {xlsxwriter.__version__}: write_row {' | '.join(by_row)}, returns {returned}; add_table {' | '.join(by_table)}")
sys.exit(0 if by_row == ["7", "cut", "-", "-"] and by_table == ["7", "cut", "east gate", "closed"] else 1)
PY
"$folder/venv/bin/python" "$folder/look.py" "$folder" 2> "$folder/log" || { cat "$folder/log"; exit 1; }
