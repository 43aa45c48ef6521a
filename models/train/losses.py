"""What the student is told: YOLOX's losses with SimOTA on labels, the teacher's word elsewhere.

SimOTA (arXiv:2107.08430 §2.1, arXiv:2103.14259): each label claims the k cells that fit it best, k
being the sum of its ten best IoUs; a cell claimed twice goes to the cheaper label.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from models.train.yolox_nano import STRIDES

CENTRE_RADIUS = 1.5
"""Cells around a label's centre that may be claimed, in cells."""

FAR = 1e6
"""Cost of a cell outside that radius."""

OTHER_SCORE = 0.03
"""The teacher's score from which a cell of another class than person is distilled in full."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Column and row (A, 2) and stride (A, 1) of every cell."""

    origin: Tensor
    stride: Tensor


def cells(width: int, height: int) -> Cells:
    """The cells of an input of that size, in the network's order."""
    origins, strides = [], []
    for stride in STRIDES:
        rows, columns = torch.meshgrid(
            torch.arange(height // stride), torch.arange(width // stride), indexing="ij"
        )
        origins.append(torch.stack([columns, rows], -1).reshape(-1, 2).float())
        strides.append(torch.full((len(origins[-1]), 1), float(stride)))
    return Cells(torch.cat(origins), torch.cat(strides))


def boxes(raw: Tensor, grid: Cells) -> Tensor:
    """(…, A, 4) left, top, right, bottom of the raw output (…, A, 4 or more)."""
    centre = (raw[..., :2] + grid.origin) * grid.stride
    half = raw[..., 2:4].clamp(max=10.0).exp() * grid.stride / 2
    return torch.cat([centre - half, centre + half], -1)


def paired_iou(a: Tensor, b: Tensor) -> Tensor:
    """IoU of boxes (…, 4), broadcast."""
    low = torch.maximum(a[..., :2], b[..., :2])
    high = torch.minimum(a[..., 2:], b[..., 2:])
    inside = (high - low).clamp(min=0).prod(-1)
    area_a = (a[..., 2:] - a[..., :2]).prod(-1)
    area_b = (b[..., 2:] - b[..., :2]).prod(-1)
    return inside / (area_a + area_b - inside + 1e-9)


def assign(
    raw: Tensor, found: Tensor, grid: Cells, label_xyxy: Tensor, label_class: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """SimOTA for one picture; give it detached tensors.

    Args:
        raw: (A, 5 + C) logits.
        found: (A, 4) decoded boxes.
        grid: The cells.
        label_xyxy: (G, 4)
        label_class: (G,)

    Returns:
        Indices of the claimed cells, the label of each, and their IoU.
    """
    if not len(label_xyxy):
        none = torch.zeros(0, dtype=torch.long)
        return none, none, torch.zeros(0)
    centre = (grid.origin + 0.5) * grid.stride
    label_centre = (label_xyxy[:, :2] + label_xyxy[:, 2:]) / 2
    reach = CENTRE_RADIUS * grid.stride[:, 0]
    near = ((centre[None] - label_centre[:, None]).abs() < reach[None, :, None]).all(-1)
    possible = near.any(0).nonzero()[:, 0]
    near = near[:, possible]
    iou = paired_iou(label_xyxy[:, None], found[possible][None])
    joint = (
        (raw[possible, 5:].sigmoid() * raw[possible, 4:5].sigmoid()).sqrt().clamp(1e-6, 1 - 1e-6)
    )
    wanted = F.one_hot(label_class, joint.shape[1]).float()
    class_cost = F.binary_cross_entropy(
        joint[None].expand(len(wanted), -1, -1),
        wanted[:, None].expand(-1, len(possible), -1),
        reduction="none",
    ).sum(-1)
    cost = class_cost - 3.0 * (iou + 1e-8).log() + FAR * (~near)
    claimed = torch.zeros_like(cost, dtype=torch.bool)
    top = iou.topk(min(10, iou.shape[1]), dim=1).values.sum(1).int().clamp(min=1)
    for label, k in enumerate(top.tolist()):
        claimed[label, cost[label].topk(min(k, cost.shape[1]), largest=False).indices] = True
    twice = claimed.sum(0) > 1
    cheapest = cost[:, twice].argmin(0)
    claimed[:, twice] = False
    claimed[cheapest, twice.nonzero()[:, 0]] = True
    taken = claimed.any(0).nonzero()[:, 0]
    label_of = claimed[:, taken].int().argmax(0)
    return possible[taken], label_of, iou[label_of, taken]


@dataclass(frozen=True, slots=True)
class Target:
    """Labels of one picture as tensors; see ``augment.View``."""

    xyxy: Tensor
    class_id: Tensor
    doubtful_xyxy: Tensor
    doubtful_weight: Tensor


def label_loss(raw: Tensor, targets: list[Target], grid: Cells, quiet: Tensor) -> Tensor:
    """YOLOX's loss of a batch.

    Args:
        raw: (N, A, 5 + C) logits.
        targets: N pictures' labels.
        grid: The cells.
        quiet: (N, A) cells that are not background just because no label claims them.
    """
    found = boxes(raw, grid)
    centre = (grid.origin + 0.5) * grid.stride
    count, total = 0, raw.new_zeros(())
    for picture, target in enumerate(targets):
        cell, label, iou = assign(
            raw[picture].detach(), found[picture].detach(), grid, target.xyxy, target.class_id
        )
        count += len(cell)
        wanted_obj = torch.zeros(len(centre))
        wanted_obj[cell] = 1.0
        weight = (~quiet[picture]).float()
        doubtful = target.doubtful_xyxy
        if len(doubtful):
            within = (centre[:, None] >= doubtful[None, :, :2]) & (
                centre[:, None] <= doubtful[None, :, 2:]
            )
            said = torch.where(within.all(-1), target.doubtful_weight[None], 1.0)
            weight = torch.minimum(weight, said.min(-1).values)
        weight[cell] = 1.0
        objectness = F.binary_cross_entropy_with_logits(
            raw[picture, :, 4], wanted_obj, reduction="none"
        )
        total = total + (objectness * weight).sum()
        if len(cell):
            overlap = paired_iou(found[picture, cell], target.xyxy[label])
            total = total + 5.0 * (1.0 - overlap**2).sum()
            wanted = F.one_hot(target.class_id[label], raw.shape[2] - 5) * iou[:, None]
            total = total + F.binary_cross_entropy_with_logits(
                raw[picture, cell, 5:], wanted, reduction="sum"
            )
    return total / max(count, 1)


def other_cells(teacher: Tensor) -> Tensor:
    """(N, A) cells where the teacher sees something that is not a person.

    Args:
        teacher: (N, A, 5 + C), objectness and classes after the sigmoid.
    """
    best, index = teacher[..., 5:].max(-1)
    return (index != 0) & (best * teacher[..., 4] >= OTHER_SCORE)


def teacher_loss(raw: Tensor, teacher: Tensor, other: Tensor) -> Tensor:
    """How far the student has drifted on labelled pictures, on what nobody labels by hand.

    Args:
        raw: (N, A, 5 + C) logits.
        teacher: The same of the teacher, objectness and classes after the sigmoid.
        other: (N, A) cells of another class than person, held in full; elsewhere only the other
            classes are held, by the teacher's objectness.
    """
    weight = teacher[..., 4]
    drift = F.binary_cross_entropy_with_logits(raw[..., 6:], teacher[..., 6:], reduction="none")
    loss = (drift.sum(-1) * weight).sum() / weight.sum().clamp(min=1.0)
    if other.any():
        student, wanted = raw[other], teacher[other]
        answer = F.binary_cross_entropy_with_logits(student[:, 4:], wanted[:, 4:], reduction="none")
        place = F.smooth_l1_loss(student[:, :4], wanted[:, :4], reduction="none")
        loss = loss + (answer.sum(-1) + place.sum(-1)).mean()
    return loss


def replay_loss(raw: Tensor, teacher: Tensor) -> Tensor:
    """How far the student has drifted on replayed pictures: every cell, every class.

    The same arguments as ``teacher_loss``. The teacher's own entropy is subtracted, so that 0
    means no drift.
    """
    weight = teacher[..., 4]
    drift = F.binary_cross_entropy_with_logits(raw[..., 4:], teacher[..., 4:], reduction="none")
    entropy = F.binary_cross_entropy(teacher[..., 4:], teacher[..., 4:], reduction="none")
    drift = drift - entropy
    place = F.smooth_l1_loss(raw[..., :4], teacher[..., :4], reduction="none").sum(-1)
    total = drift[..., 0].sum() + ((drift[..., 1:].sum(-1) + 2.0 * place) * weight).sum()
    return total / weight.sum().clamp(min=1.0)
