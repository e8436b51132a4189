"""What a card says of a system that a board can show in a column and filter by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, select

from harness.efficiency.costs import Costs, costs_of
from harness.store import schema

FIRST = ("retrieve", "first stage")
"""Kinds of stages that read the whole collection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A system on a data set, by its card alone.

    Attributes:
        first_stage: what retrieves from the whole collection; several, joined by ``+``, in a fusion.
        rerank_depth: the most documents of a query that a later stage re-ranked; None without re-ranking.
        rerankers: the names of these stages.
        licence: of the system or its weights; empty where the card does not say.
        training: what the card says of training on the data set: declared, none or unknown.
        trained_on: the data sets that the card declares training on.
        links: web addresses.
        costs: times, sizes and accounts.
    """

    first_stage: str
    rerank_depth: int | None
    rerankers: tuple[str, ...]
    licence: str
    training: str
    trained_on: tuple[str, ...]
    links: tuple[str, ...]
    costs: Costs


def profile_of(card: Mapping[str, Any]) -> Profile:
    """Read a card in plain values; what it leaves out is empty."""
    pipeline = [stage for stage in card.get("pipeline") or () if isinstance(stage, Mapping)]
    rerankers = [stage for stage in pipeline if stage.get("stage") == "rerank"]
    depths = [depth for stage in rerankers if isinstance(depth := _depth(stage), int)]
    told = {str(name): str(answer) for name, answer in dict(card.get("training_data") or {}).items()}
    return Profile(
        first_stage=" + ".join(dict.fromkeys(_first_stages(pipeline))) or str(card.get("first_stage") or ""),
        rerank_depth=max(depths, default=None),
        rerankers=tuple(str(stage.get("name", "")) for stage in rerankers),
        licence=str(card.get("licence") or ""),
        training=told.get(str(card.get("dataset")), "unknown"),
        trained_on=tuple(name for name, answer in told.items() if answer == "declared"),
        links=tuple(str(link) for link in card.get("links") or ()),
        costs=costs_of(card),
    )


def read_profiles(engine: Engine) -> dict[tuple[str, str], Profile]:
    """The profiles of all runs, by data set and system."""
    runs = schema.runs
    with engine.connect() as connection:
        found = connection.execute(select(runs.c.dataset, runs.c.system, runs.c.card)).all()
    return {(row.dataset, row.system): profile_of(json.loads(row.card)) for row in found}


def _first_stages(pipeline: list[Mapping[str, Any]]) -> list[str]:
    names: list[str] = []
    for stage in pipeline:
        for branch in stage.get("branches") or ():
            names += _first_stages([part for part in branch if isinstance(part, Mapping)])
        if stage.get("stage") in FIRST:
            names.append(str(stage.get("name", "")))
    return names


def _depth(stage: Mapping[str, Any]) -> Any:
    return stage.get("depth") or dict(stage.get("parameters") or {}).get("depth")
