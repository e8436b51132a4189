"""What each run of a comparison is called, and where it lies."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from harness.errors import CommandError
from harness.runfiles.card import CARD_NAME, RUN_NAME, RunCard, read_card

RunSource: TypeAlias = str | Path | tuple[str, str | Path]
"""A run file, a record's folder, or (name, one of these)."""

_ENDINGS = re.compile(r"(\.(gz|zst))?$"), re.compile(r"\.(txt|trec|run|res|tsv)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRun:
    """A run file with the name of its system, and the card beside it if it is part of a record."""

    name: str
    path: Path
    card: RunCard | None


def name_runs(runs: Sequence[RunSource]) -> tuple[NamedRun, ...]:
    """Find the runs and name them; the names depend on the paths and cards alone.

    A pair (name, path) names itself. A record (``run.trec.gz``, or the folder that holds it) has its card's
    system, without a card its folder's name. Any other file has its own name less ``.gz``, ``.zst``,
    ``.txt``, ``.trec``, ``.run``, ``.res`` and ``.tsv``. Names that several runs would share are told apart
    by the folders above them, as many as it takes (``new/bm25`` and ``old/bm25``), or, in one folder, by
    their endings.

    Raises:
        CommandError: fewer than two runs, a run given twice, or a name given twice.
        SpecError: a card is malformed.
    """
    if len(runs) < 2:
        raise CommandError(f"A comparison needs two runs or more; found {len(runs)}.")
    given = [source[0] if isinstance(source, tuple) else None for source in runs]
    paths = [_run_file(Path(source[1] if isinstance(source, tuple) else source)) for source in runs]
    places = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100  (links keep their names)
    if twice := sorted(str(place) for place, times in Counter(places).items() if times > 1):
        raise CommandError(
            f"A run is compared with others, not with itself; given twice: {', '.join(twice)}."
        )
    cards = [_card(place) for place in places]
    parts = list(map(_parts, places, cards))
    shared = {part for part, times in Counter(parts).items() if times > 1}
    tails = [place.name if part in shared else part[1] for place, part in zip(places, parts, strict=True)]
    names = _told_apart(given, [folders for folders, _ in parts], tails)
    return tuple(
        NamedRun(name=name, path=path, card=card)
        for name, path, card in zip(names, paths, cards, strict=True)
    )


def _run_file(path: Path) -> Path:
    return path / RUN_NAME if path.is_dir() else path


def _card(place: Path) -> RunCard | None:
    card = place.with_name(CARD_NAME)
    return read_card(card) if place.name == RUN_NAME and card.is_file() else None


def _parts(place: Path, card: RunCard | None) -> tuple[tuple[str, ...], str]:
    """The folders that can tell runs of one name apart, and the name."""
    folders = place.parent.parts[1:]
    if place.name == RUN_NAME and folders:
        name = card.system if card else folders[-1]
        return (folders[:-1] if folders[-1] == name else folders), name
    text = place.name
    for ending in _ENDINGS:
        text = ending.sub("", text) or text
    return folders, text


def _told_apart(
    given: Sequence[str | None], folders: Sequence[tuple[str, ...]], tails: Sequence[str]
) -> list[str]:
    """Lengthen names from behind, folder by folder, while any are equal."""
    depths = [0] * len(tails)
    while True:
        names = [
            own if own is not None else _printable("/".join([*parts[len(parts) - depth :], tail]))
            for own, parts, depth, tail in zip(given, folders, depths, tails, strict=True)
        ]
        counts = Counter(names)
        equal = [i for i, name in enumerate(names) if counts[name] > 1]
        if not equal:
            return names
        longer = [i for i in equal if given[i] is None and depths[i] < len(folders[i])]
        if not longer:
            shared = ", ".join(sorted({names[i] for i in equal}))
            raise CommandError(
                f"Each system needs a name of its own; more than once: {shared}. Write NAME=FILE."
            )
        for i in longer:
            depths[i] += 1


def _printable(name: str) -> str:
    return "".join(letter if letter.isprintable() else "_" for letter in name)
