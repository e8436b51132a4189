"""A tiny data set, runs on it and their cards; nothing here is random without a seed."""

from __future__ import annotations

import json
import random
from pathlib import Path

import yaml

QUERIES = [f"q{number:02}" for number in range(12)]
DOCUMENTS = [f"d{number:02}" for number in range(40)]


def make_data(root: Path, name: str = "tiny") -> Path:
    """A folder in BEIR layout below ``root``: 12 queries, 40 documents, three judged ones for each query."""
    folder = root / name
    (folder / "qrels").mkdir(parents=True)
    with (folder / "corpus.jsonl").open("w") as stream:
        for document in DOCUMENTS:
            stream.write(json.dumps({"_id": document, "title": "", "text": f"text of {document}"}) + "\n")
    with (folder / "queries.jsonl").open("w") as stream:
        for query in QUERIES:
            stream.write(json.dumps({"_id": query, "text": f"what is {query}"}) + "\n")
    lines = ["query-id\tcorpus-id\tscore"]
    for number, query in enumerate(QUERIES):
        for step, grade in enumerate((2, 1, 0)):
            lines.append(f"{query}\t{DOCUMENTS[(3 * number + 7 * step) % 40]}\t{grade}")
    (folder / "qrels" / "test.tsv").write_text("\n".join(lines) + "\n")
    return folder


def judged() -> dict[str, dict[str, int]]:
    """The judgments of :func:`make_data`."""
    return {
        query: {DOCUMENTS[(3 * number + 7 * step) % 40]: grade for step, grade in enumerate((2, 1, 0))}
        for number, query in enumerate(QUERIES)
    }


def ranking(seed: int, depth: int = 10) -> dict[str, list[str]]:
    """A random ranking."""
    chance = random.Random(seed)
    return {query: chance.sample(DOCUMENTS, depth) for query in QUERIES}


def run_text(ranked: dict[str, list[str]], tag: str = "tag") -> str:
    """A run file with falling scores."""
    return "".join(
        f"{query} Q0 {document} {rank} {100 - rank} {tag}\n"
        for query, documents in ranked.items()
        for rank, document in enumerate(documents, start=1)
    )


def card(system: str = "mine", dataset: str = "tiny", **fields: object) -> dict[str, object]:
    """A card with all that a submission needs; a field that is None is left out."""
    whole: dict[str, object] = {
        "system": system,
        "dataset": dataset,
        "family": "lexical",
        "description": "A system for tests.",
        "authors": ["Ada Author"],
        "contact": "ada@example.org",
        "code_licence": "MIT",
        "input_fields": ["text"],
        "first_stage": "random",
        "pipeline": [{"stage": "retrieve", "name": "random", "parameters": {"seed": 1}}],
        "training_data": {dataset: "none"},
        "training_evidence": {dataset: "It is random."},
    }
    return {key: value for key, value in (whole | fields).items() if value is not None}


def write_pair(folder: Path, seed: int, system: str = "mine", **fields: object) -> tuple[Path, Path]:
    """A run file and its card."""
    folder.mkdir(parents=True, exist_ok=True)
    run, told = folder / "run.trec", folder / "card.yaml"
    run.write_text(run_text(ranking(seed), tag=system))
    told.write_text(yaml.safe_dump(card(system, **fields), allow_unicode=True))
    return run, told
