"""A pipeline as a graph in the DOT language, from a card in plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

NODE = 'shape=box style="rounded,filled" fillcolor="#2f6197" color="#2f6197" fontcolor="white"'
END = 'shape=plaintext fontcolor="#8b9097"'
SHOWN = 4
"""Parameters of a stage that its box names; the table beside it has all."""


def pipeline_dot(card: Mapping[str, Any]) -> str:
    """The graph from query to ranking; the branches of a fusion run beside each other.

    Returns:
        DOT, or an empty text where the card names no stage.
    """
    stages = [stage for stage in card.get("pipeline") or () if isinstance(stage, Mapping)]
    if not stages:
        return ""
    lines = [
        "digraph pipeline {",
        '  rankdir=LR; bgcolor="transparent"; nodesep=0.3; ranksep=0.4;',
        '  node [fontname="sans-serif" fontsize=11]; edge [color="#8b9097"];',
        f'  query [label="query" {END}];',
    ]
    last = _chain(stages, ["query"], "s", lines)
    lines.append(f'  ranking [label="ranking" {END}];')
    lines += [f"  {name} -> ranking;" for name in last]
    return "\n".join([*lines, "}", ""])


def _chain(
    stages: Sequence[Mapping[str, Any]], sources: Sequence[str], prefix: str, lines: list[str]
) -> list[str]:
    """Draw stages after each other; returns the nodes whose output is the chain's."""
    last = list(sources)
    for number, stage in enumerate(stages):
        name = f"{prefix}{number}"
        for place, branch in enumerate(stage.get("branches") or ()):
            parts = [part for part in branch if isinstance(part, Mapping)]
            ends = _chain(parts, sources, f"{name}b{place}s", lines)
            last = [*(last if place else [node for node in last if node not in sources]), *ends]
        lines.append(f'  {name} [label="{_label(stage)}" {NODE}];')
        lines += [f"  {node} -> {name};" for node in dict.fromkeys(last)]
        last = [name]
    return last


def _label(stage: Mapping[str, Any]) -> str:
    parameters = dict(stage.get("parameters") or {})
    told = [f"{key} = {value}" for key, value in parameters.items() if isinstance(value, int | float | str)]
    parts = [f"{stage.get('stage', '')}: {stage.get('name', '')}".strip(": ")]
    if stage.get("checkpoint"):
        parts.append(str(stage["checkpoint"]))
    if stage.get("depth"):
        parts.append(f"depth {stage['depth']}")
    return "\\n".join(_escaped(part) for part in (*parts, *told[:SHOWN]))


def _escaped(text: str) -> str:
    short = text if len(text) <= 44 else f"{text[:43]}…"
    return "".join(c for c in short if c.isprintable()).replace("\\", "\\\\").replace('"', '\\"')
