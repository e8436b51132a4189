"""Rankings, grades and document texts of single queries, read from the record and the data sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import streamlit as st

from harness.datasets.dataset import Dataset, load_dataset
from harness.errors import HarnessError
from harness.leaderboard.row import Row
from harness.rankings import Run
from harness.records import Document
from harness.runfiles.reader import read_run
from leaderboard_app.files import run_file

LARGEST = 300_000
"""Documents of a collection that is searched for texts; a larger one is shown with ids alone."""

CUT = 1200
"""Characters of a document's text that are shown."""


class Evidence(NamedTuple):
    """What is known of a query's documents, and in words what is not."""

    grades: Mapping[str, int]
    texts: Mapping[str, Document]
    judged: bool
    note: str


def ranking_of(row: Row, query: str) -> list[str]:
    """The documents that a run ranks for a query, by the data set's protocol; empty where it has none.

    Raises:
        StoreError: the run file is not here.
    """
    run = _run(str(run_file(row.path)), row.sha256, row.dataset)
    found = np.flatnonzero(np.array(run.queries.tolist(), dtype=object) == query)
    if not len(found):
        return []
    start, end = run.starts[found[0] : found[0] + 2].tolist()
    return run.documents.tolist(start, end)


def evidence(dataset: str, judgments: str, query: str, documents: frozenset[str]) -> Evidence:
    """Grades and texts of documents; ``judgments`` is their fingerprint, which tells when to read anew."""
    return _evidence(dataset, judgments, query, documents)


@st.cache_resource(max_entries=6, show_spinner=False)
def _run(path: str, sha256: str, dataset: str) -> Run:
    run = read_run(path)
    data = open_dataset(dataset)
    return run if isinstance(data, str) else data.as_scored(run)


@st.cache_resource(max_entries=4, show_spinner=False)
def open_dataset(name: str) -> Dataset | str:
    """The data set without its documents in memory, or why it is not here."""
    try:
        return load_dataset(name)
    except HarnessError as error:
        return str(error).splitlines()[0]


@st.cache_resource(max_entries=128, show_spinner=False)
def _evidence(dataset: str, judgments: str, query: str, documents: frozenset[str]) -> Evidence:
    data = open_dataset(dataset)
    if isinstance(data, str):
        return Evidence(
            {}, {}, False, "Texts and grades are not shown, since this server lacks the data set."
        )
    grades = _grades(data, query)
    counts = data.spec.counts
    if counts is None or counts.documents is None or counts.documents > LARGEST:
        return Evidence(
            grades, {}, True, "Texts are not shown, since the collection is too large to look through."
        )
    texts: dict[str, Document] = {}
    for document in data.documents():
        if document.id in documents:
            texts[document.id] = document._replace(text=document.text[:CUT])
            if len(texts) == len(documents):
                break
    return Evidence(grades, texts, True, "")


def _grades(data: Dataset, query: str) -> dict[str, int]:
    queries = data.qrels.queries.tolist()
    if query not in queries:
        return {}
    place = queries.index(query)
    start, end = data.qrels.starts[place : place + 2].tolist()
    ids = data.qrels.documents.tolist(start, end)
    return dict(zip(ids, data.qrels.grades[start:end].tolist(), strict=True))
