"""The Pareto front: what nobody beats in effectiveness and in cost at once, inside one class of machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Point(NamedTuple):
    """A system with its effectiveness (more is better) and one cost (less is better)."""

    name: str
    value: float
    cost: float | None
    machine_class: str


class Placed(NamedTuple):
    """A point and its place: on the front, behind it, or left out of it for a reason in words."""

    point: Point
    on_front: bool
    left_out: str


def place(points: Sequence[Point], machine_class: str) -> tuple[Placed, ...]:
    """Say of each point, in their order, whether it is on the front of ``machine_class``.

    A point is on the front unless another of the class is at least as good in both and better in one. Points
    of other machines, and those without the cost, are neither on the front nor behind it: times on different
    machines do not compare.
    """
    able = [point for point in points if not why_left_out(point, machine_class)]
    return tuple(
        Placed(
            point,
            not (reason := why_left_out(point, machine_class)) and not _beaten(point, able),
            reason,
        )
        for point in points
    )


def why_left_out(point: Point, machine_class: str) -> str:
    """Why a point cannot be compared inside the class, in words; empty where it can."""
    if point.cost is None:
        return "its card does not say"
    if not point.machine_class:
        return "its card names no machine"
    if point.machine_class != machine_class:
        return f"another machine: {point.machine_class}"
    return ""


def classes_of(points: Sequence[Point]) -> list[str]:
    """The classes of machines that have points with a cost, the one with most of them first."""
    named = [point.machine_class for point in points if point.cost is not None and point.machine_class]
    return sorted(set(named), key=lambda name: (-named.count(name), name))


def _beaten(point: Point, others: Sequence[Point]) -> bool:
    return any(
        other.value >= point.value
        and other.cost is not None
        and point.cost is not None
        and other.cost <= point.cost
        and (other.value > point.value or other.cost < point.cost)
        for other in others
    )
