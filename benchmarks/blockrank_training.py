"""Train a small language model to rank by BlockRank's attention, and measure it on queries it has not seen.

    python benchmarks/blockrank_training.py FOLDER [FOLDER …] --steps 300 --out trained

Each FOLDER is a collection in BEIR layout with judgments. A query is held out if the hash of its id says so
(three of ten); the others train. Candidates are BM25's: the first 50 for training, of which a relevant one is
always among those shown, the first ``--depth`` for measuring. The trained model is left in ``--out``, as a
checkpoint for ``rerank: blockrank``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import torch

from harness.datasets.dataset import Dataset, load_dataset
from harness.evaluation.evaluate import evaluate
from harness.rankings import Run
from harness.records import Document, Query
from harness.retrievers.in_context.blockrank import BlockRank, BlockRanker
from harness.retrievers.in_context.training import Example, Losses, Recipe, train
from harness.retrievers.in_context.weighted import text_of
from harness.retrievers.lexical.bm25 import BM25
from harness.retrievers.neural.language_model import SMOLLM2
from harness.retrievers.neural.threads import limited_threads

TRAINING_DEPTH = 50

Scores = Callable[["Judged", list[Document]], Sequence[float]]


class Judged(NamedTuple):
    """A query with its candidates, best of BM25 first, and its relevant documents."""

    collection: str
    query: Query
    candidates: list[Document]
    relevant: list[Document]


def held_out(query: str) -> bool:
    return hashlib.sha256(query.encode()).digest()[0] % 10 < 3


def judged(data: Dataset, depth: int) -> list[Judged]:
    """Every query of a collection; a document is relevant from grade 1 on."""
    run = BM25().index(data.documents()).search(data.queries, max(depth, TRAINING_DEPTH), tag="bm25")
    grades = data.qrels.to_dict()
    wanted = {name for found in grades.values() for name in found} | set(run.documents.tolist())
    documents = {document.id: document for document in data.documents() if document.id in wanted}
    texts = {query.id: query for query in data.queries}
    return [
        Judged(
            data.name,
            texts[query],
            [documents[name] for name in ids],
            [documents[name] for name, grade in grades[query].items() if grade >= 1 and name in documents],
        )
        for query, ids, _ in run.rankings()
        if query in grades
    ]


class Examples:
    """Draws examples: a query, a relevant document, and others of its candidates, in a random order."""

    def __init__(self, queries: list[Judged], ranker: BlockRanker, shown: int, seed: int) -> None:
        self.queries = [each for each in queries if each.relevant]
        self.ranker, self.shown, self.seed = ranker, shown, seed

    def __call__(self, number: int) -> Example:
        draw = random.Random(f"{self.seed} {number}")
        each = draw.choice(self.queries)
        relevant = {document.id for document in each.relevant}
        others = [document for document in each.candidates[:TRAINING_DEPTH] if document.id not in relevant]
        shown = [draw.choice(each.relevant), *draw.sample(others, min(self.shown - 1, len(others)))]
        draw.shuffle(shown)
        positives = [i for i, document in enumerate(shown) if document.id in relevant]
        fields = self.ranker.parameters.fields
        prompt = self.ranker.prompt(each.query.text, [text_of(document, fields) for document in shown])
        answer = self.ranker.decoder.ids(f"{positives[0]}]")
        blocks = replace(prompt.blocks, query=prompt.blocks.query + len(answer))
        return Example([*prompt.ids, *answer], blocks, len(answer), positives)


def measured(queries: list[Judged], scores: Scores, data: dict[str, Dataset], depth: int) -> dict[str, Any]:
    """Mean nDCG@10 by collection: the scored order, BM25's, a random one, and relevant documents first."""
    ranked: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    for each in queries:
        shown = each.candidates[:depth]
        relevant = {document.id for document in each.relevant}
        draw = random.Random(each.query.id)
        orders = {
            "blockrank": list(scores(each, shown)),
            "bm25": [-float(place) for place in range(len(shown))],
            "random": [draw.random() for _ in shown],
            "relevant first": [float(document.id in relevant) for document in shown],
        }
        for name, values in orders.items():
            row = {document.id: value for document, value in zip(shown, values, strict=True)}
            ranked.setdefault(each.collection, {}).setdefault(name, {})[each.query.id] = row
    found: dict[str, Any] = {}
    for collection, systems in ranked.items():
        found[collection] = {"queries": len(systems["bm25"])}
        for name, rows in systems.items():
            values_of = evaluate(Run.from_dict(rows, name), data[collection].qrels, ["nDCG@10"]).by_query()
            found[collection][name] = round(sum(values_of["nDCG@10"][q] for q in rows) / len(rows), 4)
    return found


def split(folders: list[Path], depth: int) -> tuple[dict[str, Dataset], list[Judged], list[Judged]]:
    """The collections, the training queries and the held-out ones."""
    data = {folder.resolve().name: load_dataset(str(folder.resolve())) for folder in folders}
    every = [each for collection in data.values() for each in judged(collection, depth)]
    return (
        data,
        [each for each in every if not held_out(each.query.id)],
        [each for each in every if held_out(each.query.id)],
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--checkpoint", default=SMOLLM2)
    parser.add_argument("--revision")
    parser.add_argument("--layer", type=int)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rate", type=float, default=2e-5)
    parser.add_argument("--shown", type=int, default=8, help="documents of a training example")
    parser.add_argument("--depth", type=int, default=20, help="documents ranked for a held-out query")
    parser.add_argument("--tokens", type=int, default=128, help="of a document")
    parser.add_argument("--query-position", type=int, default=1024)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    data, training, testing = split(args.folders, args.depth)
    parameters = BlockRank(
        checkpoint=args.checkpoint,
        revision=args.revision,
        layer=args.layer,
        query_position=args.query_position,
        max_document_tokens=args.tokens,
    )
    ranker = parameters.open()
    print(f"{len(training)} training queries, {len(testing)} held out, layer {ranker.layer}", flush=True)

    def scores(each: Judged, shown: list[Document]) -> Sequence[float]:
        return ranker.rank(each.query, shown, [0.0] * len(shown)).scores

    def told(step: int, both: Losses) -> None:
        if step % 10 == 9:
            line = {"step": step + 1, "answer": round(both.answer, 3), "attention": round(both.attention, 3)}
            print(json.dumps({**line, "seconds": round(time.perf_counter() - begun)}), flush=True)

    print("before:", json.dumps(measured(testing, scores, data, args.depth)), flush=True)
    recipe = Recipe(
        layer=ranker.layer,
        steps=args.steps,
        batch=args.batch,
        rate=args.rate,
        query_position=args.query_position,
    )
    begun = time.perf_counter()
    with limited_threads():
        train(ranker.decoder, Examples(training, ranker, args.shown, args.seed), recipe, progress=told)
    print("after:", json.dumps(measured(testing, scores, data, args.depth)), flush=True)
    ranker.decoder.model.save_pretrained(args.out)
    ranker.decoder.tokenizer.save_pretrained(args.out)


if __name__ == "__main__":
    main()
