"""A catalogue with an open and two hidden data sets of twelve queries, and submissions on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import yaml

from tests.submissions.making import card, make_data, ranking, run_text

OPEN, SECRET, VAULT, MEAN = "tiny", "secret", "vault", "mean"
MEASURES = ["nDCG@10", "AP", "P@10", "Judged@10"]


def make_catalogue(root: Path) -> Path:
    """Data below ``root``, and the catalogue that describes them."""
    for name in (OPEN, SECRET, VAULT):
        make_data(root, name)
    common: dict[str, Any] = {
        "description": "For tests.",
        "task": "ad hoc retrieval",
        "domain": "tests",
        "languages": ["en"],
        "licence": "CC0",
        "citation": "none",
        "homepage": "https://example.org/data",
        "measures": MEASURES,
    }
    counts = {
        "documents": 40,
        "queries": 12,
        "judged_queries": 12,
        "judgments": 36,
        "grades": {0: 12, 1: 12, 2: 12},
    }
    entries = {
        name: {
            **common,
            "title": name.title(),
            "source": {"kind": "folder", "path": name, "where": "Made by the tests."},
            "counts": counts,
        }
        for name in (OPEN, SECRET, VAULT)
    }
    entries[SECRET]["hidden"] = "judgments"
    entries[VAULT]["hidden"] = "queries-and-judgments"
    entries[MEAN] = {**common, "title": "Mean", "parts": [OPEN, SECRET]}
    path = root / "catalogue.yaml"
    path.write_text(yaml.safe_dump({"datasets": entries}))
    return path


def upload(system: str, seed: int, dataset: str = OPEN, *, run: str | None = None, **fields: object) -> Any:
    """The files of a submission: a random run of a system, and its card."""
    text = run_text(ranking(seed), tag=system) if run is None else run
    told = yaml.safe_dump(card(system, dataset, **fields))
    return {"run": ("my run.trec", text.encode()), "card": ("card.yaml", told.encode())}


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def is_problem(answer: httpx2.Response) -> bool:
    """Whether an answer is a problem by RFC 9457 that says the status it has."""
    if answer.headers["content-type"] != "application/problem+json":
        return False
    body = answer.json()
    return (
        body["status"] == answer.status_code
        and {"type", "title", "detail", "findings"} <= body.keys()
        and body["detail"] != ""
    )
