"""What a run's page offers to take along: the run file, the card, the command that makes the run again."""

from __future__ import annotations

import importlib.util
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from harness.errors import StoreError
from harness.runfiles.card import RunCard


def run_file(path: str) -> Path:
    """The run file at ``path`` below the record's folder ``$HARNESS_RUNS``.

    Raises:
        StoreError: the folder is not named, or it holds no such file; a path that leads out of the folder
            counts as absent, whatever lies there.
    """
    named = os.environ.get("HARNESS_RUNS")
    if not named:
        raise StoreError(
            "The run file cannot be offered: the server was started without the record's folder. "
            "Start it with harness serve --runs DIR."
        )
    folder = Path(named).resolve()
    found = (folder / path).resolve()
    if not found.is_relative_to(folder) or not found.is_file():
        raise StoreError(
            "The run file is not in the record's folder that the server was started with. "
            "It was moved or removed after the board was built; harness rebuild would say so."
        )
    return found


def card_text(card: Mapping[str, Any]) -> str:
    """The card in YAML, keys in the order of the card's schema."""
    ordered = {name: card[name] for name in RunCard.model_fields if name in card}
    return yaml.safe_dump({**ordered, **card}, sort_keys=False, allow_unicode=True, width=100)


def reproduce_command(dataset: str, system: str) -> str | None:
    """The command that makes the run again, or None where no baseline file has the system's name."""
    if baseline_file(system) is None:
        return None
    file = shlex.quote(f"baselines/{system}.yaml")
    folder = shlex.quote(f"out/{dataset}/{system}")
    return f"harness run {file} --dataset {shlex.quote(dataset)} --out {folder}"


def baseline_file(system: str) -> Path | None:
    """The baseline of that name beside the harness package in a checkout, or inside it when installed."""
    found = importlib.util.find_spec("harness")
    if found is None or found.origin is None or Path(system).name != system:
        return None
    package = Path(found.origin).parent
    places = (package.parent / "baselines", package / "baselines")
    files = (place / f"{system}.yaml" for place in places)
    return next((file for file in files if file.is_file()), None)
