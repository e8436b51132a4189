"""Published runs that a submission resembles: the same values for every query, or nearly the same order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from harness.errors import HarnessError, StoreError
from harness.leaderboard.grounds import Grounds
from harness.leaderboard.placing import place
from harness.leaderboard.rebuild import Entries
from harness.ledger.ledger import read_events
from harness.ledger.moment import utc_now
from harness.records import Floats
from harness.runfiles.reader import read_run
from harness.store.engine import connect
from harness.store.entries import RunEntry
from harness.store.reading import read_runs_on, read_vectors
from harness.submissions.examined import Examined
from harness.submissions.overlap import rank_biased_overlap
from harness.submissions.receipt import Duplicate

NEAR = 0.999  # rank-biased overlap from which on a run is called a near copy
FAR = 0.01  # a run whose headline values differ by more on average cannot be one, and is not read
LOOKED_AT = 5  # nearest runs that are read and compared


class Peer(NamedTuple):
    """A run on the board: its hashes, its file, and the headline's per-query values."""

    system: str
    sha256: str
    vectors_sha256: str
    path: Path
    values: Floats


def duplicates_of(run: Examined, peers: Sequence[Peer]) -> list[Duplicate]:
    """The published runs of other systems that this one resembles, nearest first."""
    vectors = run.entry.content()["vectors_sha256"]
    values = run.values(run.headline)
    found: list[Duplicate] = []
    near: list[tuple[float, Peer]] = []
    for peer in peers:
        if peer.system == run.card.system:
            continue
        if peer.sha256 == run.card.run.sha256:
            found.append(Duplicate("same-run", peer.system, peer.sha256, 1.0))
        elif peer.vectors_sha256 == vectors:
            found.append(Duplicate("same-scores", peer.system, peer.sha256, 1.0))
        elif peer.values.shape == values.shape:
            near.append((float(np.abs(peer.values - values).mean()), peer))
    nearest = sorted((item for item in near if item[0] <= FAR), key=lambda item: (item[0], item[1].system))
    found += _near_copies(run, [peer for _, peer in nearest[:LOOKED_AT]])
    return found


def _near_copies(run: Examined, peers: Sequence[Peer]) -> Iterator[Duplicate]:
    for peer in peers:
        try:
            other = run.ground.data.as_scored(read_run(peer.path))
        except HarnessError:
            continue  # a file that went missing is reported by the next rebuild, not to a stranger
        overlap = rank_biased_overlap(run.run, other)
        if overlap >= NEAR:
            yield Duplicate("near-copy", peer.system, peer.sha256, overlap)


def peers_on(dataset: str, record: Path, store: str | None, grounds: Grounds) -> list[Peer]:
    """The runs on the board of a data set: from the store if there is one, else scored from the record."""
    if store is not None:
        try:
            return _stored_peers(dataset, record, store)
        except StoreError:
            pass  # no store yet, or of another version; the record has all that is needed
    placed, _ = place(record, read_events(record), [])
    shown = [run for run in placed if run.shown and run.card.dataset == dataset]
    entries = Entries(record, grounds, utc_now()).of(shown, [])
    return [
        Peer(
            entry.system,
            entry.sha256,
            entry.content()["vectors_sha256"],
            record / entry.path,
            entry.evaluation.values[0],
        )
        for entry in entries
        if isinstance(entry, RunEntry) and entry.dataset == dataset
    ]


def _stored_peers(dataset: str, record: Path, store: str) -> list[Peer]:
    engine = connect(store)
    try:
        headline, runs = read_runs_on(engine, dataset)
        if not runs:
            return []
        values = read_vectors(engine, [run.id for run in runs], headline)
        return [
            Peer(run.system, run.sha256, run.vectors_sha256, record / run.path, vector)
            for run, vector in zip(runs, values, strict=True)
        ]
    finally:
        engine.dispose()
