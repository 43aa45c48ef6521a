"""A school's level by its number of pupils, which the requirements on security depend on.

Source: the level table of the anti-terrorism standard for schools; primary and secondary schools
1500 and 1000 pupils, kindergartens 300 and 150.
"""

from __future__ import annotations

from api.contract.places import SchoolType

_SCHOOL = (1500, 1000)
_KINDERGARTEN = (300, 150)


def grade(kind: SchoolType | None, pupils: int | None) -> int | None:
    """1, 2 or 3; None while the kind of school or the number is unknown.

    >>> grade(SchoolType.PRIMARY, 1500), grade(SchoolType.KINDERGARTEN, 149)
    (1, 3)
    """
    if kind is None or pupils is None:
        return None
    bounds = _KINDERGARTEN if kind is SchoolType.KINDERGARTEN else _SCHOOL
    return next((level for level, least in enumerate(bounds, 1) if pupils >= least), 3)
