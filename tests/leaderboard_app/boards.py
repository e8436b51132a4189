"""Small boards written by hand into real stores; every value below is read again by a test."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from harness.records import Evaluation, Issue
from harness.store.engine import connect
from harness.store.writing import DatasetEntry, RunEntry, replace_board

QUERIES = ("q1", "q2", "q3", "q4")
TEXTS = ("what is stemming", "cosine <b>similarity</b>", "length normalisation", "pooling bias")
MEASURES = ("nDCG@10", "AP", "P@10")

# mean nDCG@10 / AP / P@10 over four queries: bm25 0.5 / 0.4 / 0.25, overlap 0.25 / 0.4 / 0.125
BM25 = ((1.0, 0.5, 0.5, 0.0), (0.8, 0.4, 0.4, 0.0), (0.5, 0.25, 0.25, 0.0))
OVERLAP = ((0.5, 0.25, 0.25, 0.0), (0.8, 0.4, 0.4, 0.0), (0.25, 0.125, 0.125, 0.0))
RUN_TEXT = b"not the bytes of a real run, but those that the page has to hand out"


def dataset(name: str, title: str, **spec: object) -> DatasetEntry:
    """A data set of four judged queries, or a macro average when ``parts`` are given."""
    macro = "parts" in spec
    return DatasetEntry(
        name=name,
        title=title,
        headline="nDCG@10",
        judgments="" if macro else "sha256:" + "ab" * 32,
        queries=() if macro else QUERIES,
        texts=() if macro else TEXTS,
        spec={"title": title, "measures": list(MEASURES)} | spec,
    )


def run(
    on: str,
    system: str,
    values: tuple[tuple[float, ...], ...],
    *,
    family: str = "lexical",
    issues: tuple[Issue, ...] = (),
    description: str = "A system for tests.",
    path: str | None = None,
) -> RunEntry:
    """A run whose last query is unanswered."""
    return RunEntry(
        dataset=on,
        system=system,
        family=family,
        description=description,
        created="2026-01-31T12:00:00Z",
        sha256="cd" * 32,
        path=path or f"{on}/{system}/run.trec.gz",
        depth=1000,
        rows=40,
        tied_share=0.125,
        evaluation=Evaluation(
            measures=MEASURES,
            queries=QUERIES,
            values=np.array(values, dtype=np.float64),
            answered=np.array([True, True, True, False]),
            engine="harness",
            engine_version="0.1.0",
            flags={"score_precision": "double"},
        ),
        issues=issues,
        tie_ranges={"nDCG@10": (0.125, 0.25, 0.625)},
        card={
            "schema_version": 1,
            "system": system,
            "dataset": on,
            "family": family,
            "description": description,
            "pipeline": [
                {"stage": "first stage", "name": "bm25", "parameters": {"k1": 0.9, "b": 0.4}},
            ],
            "created": "2026-01-31T12:00:00Z",
            "versions": {"numpy": "2.4.6"},
            "hardware": {"cpu": "A processor", "cores": 2},
            "timings": {"search_seconds": 0.25},
            "run": {"sha256": "cd" * 32},
            "fingerprints": {"documents": "sha256:" + "ef" * 32},
        },
    )


def full_board(store: str) -> None:
    """Two data sets, a macro average over them that one system lacks a part of, and hostile names."""
    warnings = (
        Issue("warning", "missing-query", "The run lacks 1 judged query.", None, "q4"),
        Issue("note", "ties", "12.5 % of the pairs are tied.", 7, None),
    )
    replace_board(
        connect(store, create=True),
        [
            dataset(
                "alpha",
                "Alpha collection",
                description="Four queries about indexing.",
                licence="CC BY 4.0",
                citation="A. Author. Alpha. 2026.",
                homepage="https://example.org/alpha",
                counts={"documents": 1234, "judged_queries": 4, "grades": {"0": 5, "10": 1, "2": 3}},
                quirks={"drop_self_matches": True},
                quirk_notes="Queries are documents, too.",
            ),
            dataset("beta", "Beta collection"),
            dataset("both", "Alpha and beta", parts=["alpha", "beta"]),
            run("alpha", "bm25", BM25, issues=warnings),
            run("alpha", "overlap", OVERLAP, description="Counts shared terms."),
            run("alpha", "<b>bold</b> *x*", OVERLAP, family="dense", path="../secret.txt"),
            run("beta", "bm25", OVERLAP),
        ],
    )


def large_board(store: str, systems: int, datasets: int) -> None:
    """Many systems on many data sets, the best first by name: ``s0000`` leads everywhere."""
    names = [f"set{i:02}" for i in range(datasets)]
    entries = [dataset(name, f"Collection {name}") for name in names]
    for i in range(systems):
        level = 1 - i / systems
        values = tuple(tuple(level * value for value in row) for row in BM25)
        entries += [run(name, f"s{i:04}", values) for name in names]
    replace_board(connect(store, create=True), entries)


def record(folder: Path) -> Path:
    """The record's folder of the full board: one run file, and a file outside that a path points to."""
    runs = folder / "runs"
    (runs / "alpha" / "bm25").mkdir(parents=True)
    (runs / "alpha" / "bm25" / "run.trec.gz").write_bytes(RUN_TEXT)
    (folder / "secret.txt").write_text("outside the record")
    return runs
