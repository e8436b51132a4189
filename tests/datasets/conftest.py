"""A tiny collection in BEIR layout that a test can spoil."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

DOCUMENTS = [
    {"_id": "d1", "title": "Tides", "text": "The moon pulls the sea."},
    {"_id": "d2", "title": "Knots", "text": "A bowline does not slip."},
    {"_id": "d3", "text": "A page without a title."},
    {"_id": "d10", "title": "Lighthouses", "text": "Fresnel lenses throw light far."},
]
QUERIES = [
    {"_id": "q1", "text": "why are there tides"},
    {"_id": "q2", "text": "knot that does not slip"},
    {"_id": "q3", "text": "nobody judged this one"},
]
QRELS = [("q1", "d1", 2), ("q1", "d2", 0), ("q2", "d2", 1)]

MakeFolder = Callable[..., Path]


@pytest.fixture
def make_folder(tmp_path: Path) -> MakeFolder:
    """Write a folder in BEIR layout; each part can be replaced, and packed with gzip."""

    def make(
        name: str = "tiny",
        *,
        documents: Sequence[Mapping[str, Any]] = DOCUMENTS,
        queries: Sequence[Mapping[str, Any]] = QUERIES,
        qrels: Sequence[tuple[str, str, int]] = QRELS,
        packed: bool = False,
        split: str = "test",
    ) -> Path:
        folder = tmp_path / name
        rows = ["query-id\tcorpus-id\tscore", *("\t".join(map(str, row)) for row in qrels)]
        files = {
            "corpus.jsonl": "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in documents),
            "queries.jsonl": "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in queries),
            f"qrels/{split}.tsv": "".join(row + "\n" for row in rows),
        }
        for file, text in files.items():
            path = folder / (file + ".gz" if packed else file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
        return folder

    return make


@pytest.fixture
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty ``$HARNESS_DATA``."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HARNESS_DATA", str(home))
    return home
