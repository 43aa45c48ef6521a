"""Figures of people's attributes on hand-made answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.eval.people import AttributeScores, intervals, is_held_out, read_people, score
from models.eval.tables import people_lines
from models.eval.voc import person_around, read_masked_people
from pipeline.core.errors import ConfigError

VOC = """<annotation><filename>a.png</filename>
<object><name>with_mask</name>{wide}</object>
<object><name>without_mask</name>{narrow}</object>
<object><name>mask_weared_incorrect</name>{wide}</object>
<object><name>without_mask</name>{wide}</object></annotation>"""


def box(width: int) -> str:
    return (
        f"<bndbox><xmin>100</xmin><ymin>50</ymin><xmax>{100 + width}</xmax><ymax>90</ymax></bndbox>"
    )


def test_undecided_counts_in_decided_alone() -> None:
    answers = [1, 1, 0, 0, -1, -1, 1, -1]
    labels = [True, False, False, True, True, False, None, None]
    assert score(answers, labels) == AttributeScores(
        accuracy=2 / 4, recall_yes=1 / 2, recall_no=1 / 2, decided=4 / 6, abstained=1 / 2, n=6
    )


def test_nobody_decided_and_nobody_there() -> None:
    assert score([-1], [True]) == AttributeScores(0.0, 0.0, 0.0, 0.0, 0.0, 1)
    assert score([], []).n == 0


def test_a_recall_over_nobody_is_a_dash_in_the_table() -> None:
    answers, labels = np.array([-1, 0, 0], np.int8), [True, False, False]
    row = replace(score(answers, labels), intervals=intervals(answers, labels, np.array([0, 1, 2])))
    _, line = people_lines({"mask": row})
    assert line.split()[-4:-2] == ["-", "1.000"]
    _, line = people_lines({"mask": score([-1], [True])})
    assert line.split() == ["mask", "1", "-", "-", "-", "0.000", "0.000"]


def test_read_people(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("image,x1,y1,x2,y2,hat,mask\nchef/1.jpg,1,2,3,4,1,u\n", "utf-8")
    (person,) = read_people(path)
    assert person.image == "chef/1.jpg"
    assert person.box_xyxy.tolist() == [1, 2, 3, 4]
    assert person.labels == {"hat": True, "mask": None}


def test_other_columns_are_left_alone_and_case_makes_no_difference(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("\ufeffImage,x1,y1,x2,y2,Hat,mask,source\r\n1.jpg,1,2,3,4,U,1,web\r\n", "utf-8")
    (person,) = read_people(path, ["hat", "mask", "uniform"])
    assert (person.image, person.labels) == ("1.jpg", {"hat": None, "mask": True})
    with pytest.raises(ConfigError, match="lacks uniform or gloves"):
        read_people(path, ["uniform", "gloves"])


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("image,x1,y1,x2,y2,hat\nchef/1.jpg,1,2,3,4,maybe\n", 2, "hat is 'maybe'"),
        ("image,x1,y1,x2,y2,hat\na.jpg,1,2,3,4,1\nb.jpg,1,2,3,4\n", 3, "cells"),
        ("image,x1,y1,x2,y2,hat\na.jpg,1,2,3,4,1,0\n", 2, "cells"),
        ("image,x1,y1,x2,y2,hat\na.jpg,one,2,3,4,1\n", 2, "four numbers"),
        ("image,x1,y1,x2,y2,hat\na.jpg,3,2,3,4,1\n", 2, "no area"),
        ("image,x1,y1,x2,y2,hat\na.jpg,nan,2,3,4,1\n", 2, "no area"),
        ("image,x1,y1,x2,hat\na.jpg,1,2,3,1\n", 1, "lacks y2"),
        ("image,x1,y1,x2,y2\na.jpg,1,2,3,4\n", 1, "lacks an attribute"),
        ("", 1, "lacks image"),
    ],
)
def test_a_row_that_is_no_label_is_named(tmp_path: Path, text: str, line: int, what: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=what) as caught:
        read_people(path)
    assert caught.value.where == f"{path}:{line}"
    assert caught.value.remedy


def test_people_of_one_picture_are_drawn_together() -> None:
    answers = np.array([1, 1, 0, 0], np.int8)
    labels = [True, False, False, False]
    alone = intervals(answers, labels, np.arange(4))
    together = intervals(answers, labels, np.zeros(4, np.int64))
    assert alone["accuracy"][0] < 0.75 < alone["accuracy"][1]
    assert together["accuracy"] == (0.75, 0.75)
    assert together["decided"] == (1.0, 1.0)
    assert "recall_yes" not in intervals(answers, [None] * 4, np.arange(4))


def test_a_fifth_is_held_out_by_name_alone() -> None:
    names = [f"chef/chef-{i}.jpg" for i in range(2000)]
    share = np.mean([is_held_out(name) for name in names])
    assert 0.17 < share < 0.24
    assert is_held_out("chef/chef-1.jpg") == is_held_out("chef/chef-1.jpg")


def test_faces_become_people(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(VOC.format(wide=box(40), narrow=box(8)), "utf-8")
    people = read_masked_people(tmp_path)
    assert [person.labels for person in people] == [{"mask": True}, {"mask": False}]
    left, top, right, _ = people[0].box_xyxy
    assert right - left == pytest.approx(100)
    assert (left + right) / 2 == pytest.approx(120)
    assert top == pytest.approx(50 - 14)


def test_wider_shoulders_make_a_wider_person() -> None:
    face = np.array([0, 0, 10, 10], np.float32)
    assert person_around(face, 3.0)[2] > person_around(face, 2.0)[2]
