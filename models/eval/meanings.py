"""What each form of ``mingan eval`` reads, counts and answers: the end of its ``--help``."""

from __future__ import annotations

PEOPLE = """\
LABELS  CSV: image,x1,y1,x2,y2,hat,mask,uniform, a person's box in pixels; 1, 0 or u (cannot
        tell). image is relative to --images, or a file name that occurs once below it.
JSON    {"hat": {"accuracy", "recall_yes", "recall_no", "decided", "n", ...}, "mask": ...}
        n           people with label 1 or 0; the u are in no figure but abstained
        decided     share of n that the model answered
        accuracy    right, among those
        recall_yes  right, among those with label 1; recall_no, with label 0
        abstained   share of those labelled u that the model left open
        skipped     people with label 1 or 0 whose picture cannot be used; not in n
        intervals   95 %, bootstrap over pictures; absent where nobody counts, and the figure is 0
"""

BOXES = """\
LABELS  YOLO: a text file of the picture's name, in the same sub folder or flat: a line
        "class x y width height" a box, fractions of the picture. No file: the picture shows
        nothing. Names of the classes: classes.txt or data.yaml in the folder of labels, beside
        it or one folder up; without, the indices are the model's own. Classes the model does
        not know are left out; an index without a name is an error.
JSON    {"fire": {"precision", "recall", "f1", "ap50", ...}, ...} by the model's name
        precision, recall, f1      of boxes from score on, IoU 0.5 or more, best score first, each
                                   box of truth once; 0 without boxes, or without truth
        ap50                       area under the precision envelope, all scores from 0.01
        recall_at_precision_70     best recall any score gives with precision of 0.7 or more
        score, truths, boxes       the manifest's score; boxes of truth; boxes found from it on
        pictures_with, ..._without pictures with the class in truth, and without; flagged_...: of
                                   these, with at least one box
        intervals                  95 %, bootstrap over pictures (sources with --split)
"""

VIDEO = """\
TRUTH   MOT text: frame,id,left,top,width,height[,counts,...], pixels, frames from 1. A seventh
        number of 0 sets a box aside: neither finding nor missing it counts. Frames that no line
        names are left out, unless --empty-frames says that they show nobody.
JSON    {"person": {"precision", "recall", "f1", "ap50", "recall_at_precision_70", ...}}
        as for boxes (mingan eval boxes --help); frames: those judged
"""

EVENTS = """\
TRUTH   CSV: rule,start_s,end_s, or JSON objects with these keys: a rule's type or id, seconds of
        the recording; an empty end_s means that nobody knows. It names everything that happens:
        any other alert is a false one. The heading alone: nothing happens (then give --config).
JSON    {"precision", "recall", "episodes", "alerts", "matched", "start_error_mean_s", ...,
         "rules": {"fall": {the same}, ...}}
        matched             pairs of an episode and an alert of its rule that overlap, give or take
                            2 s; nearest starts first, each once
        precision           matched of alerts; 1 without alerts
        recall              matched of episodes; 1 without episodes
        start_error_mean_s  distance of the starts, over the pairs; null without
Schedules are not looked at: each rule watches all the time.
With --config, what begins again within its economy.merge_s (60 s) is one alert, as on a camera.
Without, each rule of the truth watches the whole picture and nothing is joined; what takes minutes
in a school is shortened to what a recording can show, as in mingan eval rules (loitering from 10 s,
a thing alone for 10 s, nobody at the post for 20 s, ...): a line on the error output says which.
"""
