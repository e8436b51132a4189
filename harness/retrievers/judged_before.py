"""What a re-ranker has answered before, so that nothing is computed, or paid for, twice.

One file of JSON lines for each re-ranker (its name, parameters, weights and code): a line is the hash of the
query, the documents and their scores, with the answer. Lines are appended as they come; a line that a crash
has cut off is passed over, and the answer asked for again.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from harness.files import cache_folder
from harness.retrievers.stages import Ranked

if TYPE_CHECKING:
    from harness.retrievers.reranking import Candidates


@dataclass(slots=True, kw_only=True)
class Answers:
    """The answers of one re-ranker.

    Attributes:
        identity: hash of the re-ranker.
        since: POSIX time; answers given before it are asked for again. Infinity takes none and keeps none.
    """

    identity: str
    since: float = 0.0
    _known: dict[str, Ranked] | None = field(default=None, init=False)

    @property
    def path(self) -> Path:
        """The file."""
        return cache_folder() / "answers" / f"{self.identity}.jsonl"

    def find(self, candidates: Candidates) -> Ranked | None:
        """The answer to the same query with the same documents and scores, or None."""
        if self._known is None:
            self._known = self._read()
        return self._known.get(hash_of(candidates))

    def keep(self, candidates: Candidates, ranked: Ranked) -> None:
        """Append an answer; a folder that cannot be written costs time, not results."""
        if self.since == float("inf"):
            return
        line = {
            "key": hash_of(candidates),
            "time": time.time(),
            "scores": list(ranked.scores),
            "counts": dict(ranked.counts),
        }
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(handle, b"\n" + json.dumps(line).encode())  # one write, so that writers do not mix
            finally:
                os.close(handle)
        except OSError:
            pass

    def _read(self) -> dict[str, Ranked]:
        known: dict[str, Ranked] = {}
        try:
            lines = self.path.read_bytes().split(b"\n")
        except OSError:
            return known
        for raw in lines:
            try:
                line = json.loads(raw)
                if line["time"] >= self.since:
                    known[line["key"]] = Ranked(tuple(line["scores"]), line["counts"])
            except (ValueError, KeyError, TypeError):
                continue
        return known


def hash_of(candidates: Candidates) -> str:
    """Hex sha256 of a query, its documents and their scores."""
    query, documents, scores = candidates
    parts = [query.id, query.text, [[d.id, d.title, d.text] for d in documents], list(scores)]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()
