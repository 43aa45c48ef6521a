#!/usr/bin/env bash
# Typst 0.15.2 (its Python package, PDF read by pypdfium2 5.15.2): a Chinese notice compiled where no
# font has Chinese. One expects an error, or at least a warning. There is none: every Chinese character
# is drawn as glyph 0 (a box), and beside each but the first of a paragraph the PDF carries the
# character as ActualText. Text extraction therefore reads the Chinese back. A test that looks for
# words in the text passes on a page nobody can read; look at the glyphs, or at the fonts, instead.
#
# Seen: 0 warnings; of 24 Chinese characters 22 are read back, none of the 24 has a glyph.
# Exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check typst==0.15.2 pypdfium2==5.15.2 pypdf==7.1.1
cat > "$folder/look.py" <<'PY'
import io, sys
from importlib.metadata import version
import pypdfium2, typst
from pypdf import PdfReader

TITLE, BODY = "安全检查整改通知单", "东门烟火报警，请于三日内整改。"
source = sys.argv[1] + "/notice.typ"
with open(source, "w", encoding="utf-8") as out:
    out.write(f'#set text(lang: "zh", region: "cn")\n= {TITLE}\n{BODY}\n')
pdf, warnings = typst.compile_with_warnings(source, ignore_system_fonts=True)
read = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()

shows = [operands[0] for operands, operator in PdfReader(io.BytesIO(pdf)).pages[0].get_contents().operations
         if operator == b"Tj"]
codes = b"".join(show if isinstance(show, bytes) else show.original_bytes for show in shows)
glyphs = [codes[place:place + 2] for place in range(0, len(codes), 2)]
wanted = TITLE + BODY
back = sum(sign in read for sign in wanted)
drawn = sum(glyph != bytes(2) for glyph in glyphs)
print(f"Typst {version('typst')}: {len(warnings)} warnings; of {len(wanted)} characters {back} read back, "
      f"of {len(glyphs)} glyphs {drawn} are not glyph 0")
right = not warnings and TITLE[1:] in read and BODY[1:] in read and len(glyphs) == len(wanted) and drawn == 0
sys.exit(0 if right else 1)
PY
"$folder/venv/bin/python" "$folder/look.py" "$folder"
