#!/usr/bin/env bash
# mean-average-precision 2024.1.5.0, called the way its page gives for "COCO mAP" (mpolicy "soft", ten
# thresholds). The figure should not depend on the unit of the boxes: pycocotools 2.0.11 gives the same
# for pixels and for fractions of the picture, the unit of YOLO's files. This one adds 1 to every width
# and height before it compares, as VOC's whole pixels once asked. With fractions two boxes that do not
# even touch then overlap by more than nine tenths: a detector that finds nothing but places beside the
# people is perfect. In pixels it errs too, in favour of small boxes: 12 wide and 30 high, a person far
# off, each two pixels away from its own, they earn 0.40 where pycocotools gives 0.30.
#
# Seen: apart, in pixels 0.00 (pycocotools 0.00), in fractions 1.00 (0.00); near, in pixels 0.40 (0.30),
# in fractions 1.00 (0.30). Exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check mean-average-precision==2024.1.5.0 pycocotools==2.0.11 numpy==2.4.6 pandas==3.1.1
cat > "$folder/look.py" <<'PY'
import contextlib, io, sys
from importlib.metadata import version
import numpy as np
from mean_average_precision import MetricBuilder
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

PEOPLE = [(40, 300, 52, 330), (100, 310, 112, 340), (160, 305, 172, 335)]

def by_package(truth, found):
    metric = MetricBuilder.build_evaluation_metric("map_2d", async_mode=False, num_classes=1)
    for one, other in zip(truth, found):
        metric.add(np.array([[*other, 0, 0.9]]), np.array([[*one, 0, 0, 0]]))
    return metric.value(iou_thresholds=np.arange(0.5, 1.0, 0.05), recall_thresholds=np.arange(0.0, 1.01, 0.01), mpolicy="soft")["mAP"]

def sized(box):
    return [float(box[0]), float(box[1]), float(box[2] - box[0]), float(box[3] - box[1])]

def by_coco(truth, found):
    coco = COCO()
    coco.dataset = {"images": [{"id": n} for n in range(1, 4)], "categories": [{"id": 1, "name": "person"}], "annotations": [
        {"id": n, "image_id": n, "category_id": 1, "bbox": sized(box), "area": sized(box)[2] * sized(box)[3], "iscrowd": 0}
        for n, box in enumerate(truth, 1)]}
    with contextlib.redirect_stdout(io.StringIO()):
        coco.createIndex()
        judge = COCOeval(coco, coco.loadRes([{"image_id": n, "category_id": 1, "bbox": sized(box), "score": 0.9}
                                             for n, box in enumerate(found, 1)]), "bbox")
        judge.evaluate(), judge.accumulate(), judge.summarize()
    return judge.stats[0]

seen = {}
for name, shift in (("apart", (14, 0)), ("near", (2, 2))):
    for unit, size in (("pixels", 1), ("fractions", 640)):
        truth = np.array(PEOPLE) / size
        found = truth + np.array(shift * 2) / size
        seen[name, unit] = [round(float(judge(truth, found)), 2) for judge in (by_package, by_coco)]
        print(f"mean-average-precision {version('mean-average-precision')}: {name}, in {unit}: {seen[name, unit][0]:.2f}, pycocotools {seen[name, unit][1]:.2f}")
sys.exit(0 if seen == {("apart", "pixels"): [0, 0], ("apart", "fractions"): [1, 0],
                       ("near", "pixels"): [0.4, 0.3], ("near", "fractions"): [1, 0.3]} else 1)
PY
"$folder/venv/bin/python" "$folder/look.py" 2> "$folder/log" || { cat "$folder/log"; exit 1; }
