"""What runs are scored on, made ready once for each data set and kept as long as a process lives."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from harness.datasets.catalogue import load_catalogue
from harness.datasets.dataset import Dataset, load_dataset
from harness.datasets.places import data_root, is_beir_folder
from harness.datasets.spec import DatasetSpec
from harness.errors import UnknownNameError
from harness.leaderboard.scoring import Ground


class Grounds:
    """Data sets by name, each read when it is first asked for, and the catalogue.

    What changes while an object lives is not noticed: a server keeps one, a command makes its own.
    """

    def __init__(self) -> None:
        self._ready: dict[str, Ground] = {}

    @cached_property
    def catalogue(self) -> Mapping[str, DatasetSpec]:
        """The catalogue in force."""
        return load_catalogue()

    def __getitem__(self, name: str) -> Ground:
        """The ground of a data set.

        Raises:
            UnknownNameError: neither the catalogue nor ``$HARNESS_DATA`` has the name.
            UnavailableError, DatasetError: its data cannot be had or are malformed.
        """
        if name not in self._ready:
            self._ready[name] = Ground.of(load(name, self.catalogue))
        return self._ready[name]


def load(name: str, catalogue: Mapping[str, DatasetSpec]) -> Dataset:
    """A data set of the catalogue or below ``$HARNESS_DATA``; a record must not bring judgments of its own.

    Raises:
        UnknownNameError: neither has the name.
    """
    odd = name.startswith("~") or (Path(name).exists() and not is_beir_folder(data_root() / name))
    if name not in catalogue and odd:
        hint = "A card names no folder: add the data set to the catalogue, or put it into $HARNESS_DATA."
        raise UnknownNameError("data set", name, catalogue, hint)
    return load_dataset(name, catalogue)
