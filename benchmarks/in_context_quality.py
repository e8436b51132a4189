"""nDCG@10 of the in-context rankers with SmolLM2-135M, zero-shot, every parameter as it stands by default.

::

    OMP_NUM_THREADS=1 python benchmarks/in_context_quality.py --out measured
    python benchmarks/in_context_quality.py --out measured --table

On TREC DL 2019 (pooled passages) each ranker orders BM25's first 20; on ADI it reads the whole collection
of 82 documents (`retrieve: all`), each cut to 64 tokens. A line of ``--out``/measured.jsonl is one system
on one data set. The run may be killed and begun again: what was answered lies in ``$HARNESS_CACHE``, is not
asked again, and is not timed again. A system is begun only before ``--until``. Nothing is chosen by these
figures: pairwise makes one pass for its price alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from harness.errors import HarnessError
from harness.evaluation.evaluate import evaluate
from harness.retrievers.execute import run
from harness.retrievers.spec import SystemSpec
from harness.runfiles.reader import read_run

BM25 = {"retrieve": "bm25", "parameters": {"k1": 0.9, "b": 0.4, "analyzer": "lucene-english"}}
ALL = {"retrieve": "all", "depth": 100}
COUNTS = ("calls", "prompt_tokens", "generated_tokens", "processor_seconds")
ANSWERS = ("answers_ok", "malformed_wrong_format", "malformed_repetition", "malformed_missing_documents")


class System(NamedTuple):
    """A ranker on a data set."""

    name: str
    dataset: str
    first: dict[str, Any]
    ranker: str
    parameters: dict[str, Any]
    depth: int


def _top_20(name: str, ranker: str, **parameters: Any) -> System:
    return System(name, "trec-dl19-pool", BM25, ranker, parameters, 20)


def _whole(name: str, ranker: str, **parameters: Any) -> System:
    return System(name, "adi", ALL, ranker, parameters, 100)


FIRST = {"template": "first-token", "decoding": "first-token"}
SYSTEMS = (
    _top_20("blockrank", "blockrank"),
    _top_20("icr", "icr"),
    _top_20("FIRST", "listwise", **FIRST),
    _top_20("listwise, all 20 in one call", "listwise", window=None),
    _whole("blockrank, whole collection", "blockrank", query_position=1024, max_document_tokens=64),
    _top_20("query-likelihood", "query-likelihood"),
    _top_20("setwise, first token", "setwise", decoding="first-token"),
    _top_20("listwise, windows of 10, stride 5", "listwise", window=10, stride=5),
    _top_20("pairwise, one pass, first token", "pairwise", decoding="first-token", passes=1),
    _whole("icr, whole collection", "icr", max_document_tokens=64),
    _whole("query-likelihood, whole collection", "query-likelihood", max_document_tokens=64),
)
ASKED = ("listwise", "setwise", "pairwise")


def spec_of(system: System, precision: str) -> SystemSpec:
    """The declaration of a system."""
    how: dict[str, Any] = {"precision": precision}
    if system.ranker in ASKED:
        how = {"model": {"backend": "transformers", **how}}
    stage = {"rerank": system.ranker, "depth": system.depth, "parameters": system.parameters | how}
    return SystemSpec.model_validate(
        {
            "version": 1,
            "system": "measured",
            "family": "in-context",
            "description": system.name,
            "pipeline": [system.first, stage],
            "depth": 100,
        }
    )


def measure(system: System, precision: str, out: Path) -> dict[str, Any]:
    """Run a system and read its card."""
    begun = time.process_time()
    done = run(spec_of(system, precision), system.dataset, out / "runs" / f"{system.dataset} {system.name}")
    made = done.dataset.as_scored(read_run(done.run_path))
    found = evaluate(made, done.dataset.qrels, done.dataset.spec.measures)
    card = done.card.pipeline[-1]
    facts = {name: card.facts[name] for name in (*COUNTS[:3], *ANSWERS) if name in card.facts}
    return {
        "system": system.name,
        "dataset": system.dataset,
        "precision": precision,
        "queries": len(found.queries),
        "nDCG@10": found.means()["nDCG@10"],
        "processor_seconds": round(time.process_time() - begun, 1),
        **facts,
    }


def table(lines: list[dict[str, Any]]) -> str:
    """The lines as Markdown."""
    rows = [
        "| data set | ranker | nDCG@10 | malformed | calls | prompt tokens | written tokens | processor s |"
    ]
    rows.append("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for line in lines:
        answers = [line[name] for name in ANSWERS if name in line]
        share = f"{1 - answers[0] / sum(answers):.1%}" if answers else ""
        cells = [line["dataset"], line["system"], f"{line['nDCG@10']:.4f}", share]
        cells += [f"{line[name]:,.0f}" if name in line else "" for name in COUNTS]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for measured.jsonl and the runs")
    parser.add_argument(
        "--until", type=float, default=float("inf"), help="POSIX time; nothing begins after it"
    )
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--table", action="store_true", help="print what was measured")
    options = parser.parse_args()
    path = options.out / "measured.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    if options.table:
        print(table(lines))
        return 0
    options.out.mkdir(parents=True, exist_ok=True)
    for system in SYSTEMS:
        if any((line["system"], line["dataset"]) == (system.name, system.dataset) for line in lines):
            continue
        if time.time() > options.until:
            break
        line = measure(system, options.precision, options.out)
        with path.open("a") as stream:
            stream.write(json.dumps(line) + "\n")
        print(json.dumps(line), flush=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except HarnessError as error:
        sys.exit(str(error))
