#!/usr/bin/env bash
# labelformat 0.1.17, from CVAT's XML to YOLO. A line of a YOLO label file begins with the index of its
# class, counted from 0: one expects the first label of CVAT, which knows no numbers for labels, to
# be 0. It is 1: the converter numbers them from 1, writes that into the label files, and "names: {1:
# person, 2: smoke}" with "nc: 2" beside it. COCO's own ids, which begin at 1 by custom, go the same way
# into the files. A reader that goes by the index, as supervision 0.31.2's `from_yolo` does, shows every
# person as smoke, and says nothing. labelformat's own reader of the same format stops at them with a
# KeyError, so that is the quick test; or write a list of names, and ids less one.
#
# Seen: CVAT and COCO: person written as class 1, names {1: person, 2: smoke}; supervision: smoke.
# Numbered from 0 in COCO, the same way: class 0, person. Exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check labelformat==0.1.17 supervision==0.31.2 pyyaml==6.0.4 pillow==13.0.0
cat > "$folder/look.py" <<'PY'
import json, pathlib, sys
from importlib.metadata import version
import supervision as sv
import yaml
from labelformat.formats import COCOObjectDetectionInput, YOLOv8ObjectDetectionInput, YOLOv8ObjectDetectionOutput
from labelformat.formats.cvat import CVATObjectDetectionInput
from PIL import Image

folder = pathlib.Path(sys.argv[1])
(folder / "cvat.xml").write_text("""<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version>
<meta><task><labels><label><name>person</name></label><label><name>smoke</name></label></labels></task></meta>
<image id="0" name="gate.png" width="200" height="100"><box label="person" xtl="20" ytl="10" xbr="60" ybr="90"/></image>
</annotations>""")

def coco(first):
    path = folder / f"coco{first}.json"
    path.write_text(json.dumps({
        "images": [{"id": 1, "file_name": "gate.png", "width": 200, "height": 100}],
        "categories": [{"id": first, "name": "person"}, {"id": first + 1, "name": "smoke"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": first, "bbox": [20, 10, 40, 80], "area": 3200, "iscrowd": 0}]}))
    return COCOObjectDetectionInput(path)

def read_back(path):
    try:
        return [one.objects[0].category.name for one in YOLOv8ObjectDetectionInput(path, "train").get_labels()]
    except KeyError as error:
        return f"KeyError {error}"

def converted(name, source):
    place = folder / name
    (place / "images").mkdir(parents=True)
    Image.new("RGB", (200, 100)).save(place / "images" / "gate.png")
    YOLOv8ObjectDetectionOutput(place / "data.yaml", "train").save(source)
    number = int((place / "labels" / "gate.txt").read_text().split()[0])
    names = yaml.safe_load((place / "data.yaml").read_text())["names"]
    shown = sv.DetectionDataset.from_yolo(str(place / "images"), str(place / "labels"), str(place / "data.yaml"))
    (_, _, found), = shown
    assert found.xyxy.round(3).tolist() == [[20, 10, 60, 90]]
    return number, names, shown.classes[found.class_id[0]], read_back(place / "data.yaml")

late = (1, {1: "person", 2: "smoke"}, "smoke", "KeyError 0")
expected = {"CVAT": late, "COCO from 1": late, "COCO from 0": (0, {0: "person", 1: "smoke"}, "person", ["person"])}
seen = {"CVAT": converted("cvat", CVATObjectDetectionInput(folder / "cvat.xml")),
        "COCO from 1": converted("one", coco(1)), "COCO from 0": converted("zero", coco(0))}
for name, (number, names, shown, back) in seen.items():
    print(f"labelformat {version('labelformat')}: {name}: person written as class {number}, names {names}; supervision: {shown}; own reader: {back}")
sys.exit(0 if seen == expected else 1)
PY
"$folder/venv/bin/python" "$folder/look.py" "$folder" 2> "$folder/log" || { cat "$folder/log"; exit 1; }
