"""Data sets of the board."""

from __future__ import annotations

from typing import Any

from harness.api.operation import Answer, Call
from harness.api.paging import paged
from harness.api.snapshot import Snapshot
from harness.errors import RequestError
from harness.store.reading import read_queries
from harness.store.stored import StoredDataset


def datasets(call: Call) -> Answer:
    """Every data set, by name."""
    snapshot = call.site.snapshots.read()
    tag = call.values["tag"]
    found = [
        brief(snapshot, entry)
        for entry in snapshot.datasets.values()
        if tag is None or tag in (entry.spec.get("tags") or ())
    ]
    return paged(call, "/datasets", found)


def dataset(call: Call) -> Answer:
    """One data set with its catalogue entry."""
    snapshot = call.site.snapshots.read()
    entry = snapshot.dataset(call.values["dataset"])
    return Answer(body=brief(snapshot, entry) | {"entry": _entry(snapshot, entry)})


def queries(call: Call) -> Answer:
    """The judged queries, in the order of every list of per-query values."""
    snapshot = call.site.snapshots.read()
    entry = snapshot.dataset(call.values["dataset"])
    if not snapshot.policy(entry.name).query_texts:
        raise RequestError(403, f"The queries of {entry.name} are hidden.")
    ids, texts = read_queries(call.site.snapshots.engine, entry.name)
    items = [{"id": name, "text": text} for name, text in zip(ids, texts, strict=True)]
    return paged(call, "/datasets/{dataset}/queries", items)


def brief(snapshot: Snapshot, entry: StoredDataset) -> dict[str, Any]:
    """What a list says of a data set."""
    policy = snapshot.policy(entry.name)
    return {
        "name": entry.name,
        "title": entry.title,
        "headline": entry.headline,
        "measures": list(entry.spec.get("measures") or ()),
        "judged_queries": entry.judged_queries,
        "judgments": entry.judgments if policy.per_query else "",
        "hidden": policy.hidden or None,
        "parts": list(entry.spec.get("parts") or ()),
        "runs": sum(row.dataset == entry.name for row in snapshot.board.rows),
    }


def _entry(snapshot: Snapshot, entry: StoredDataset) -> dict[str, Any]:
    """The catalogue's entry; where judgments are hidden, neither their place nor how many of each grade."""
    spec = dict(entry.spec)
    if not snapshot.policy(entry.name).per_query:
        spec.pop("source", None)
        spec["counts"] = dict(spec.get("counts") or {}) | {"judgments": None, "grades": None}
    return spec
