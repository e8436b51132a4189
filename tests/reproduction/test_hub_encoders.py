"""Dense and SPLADE systems of the hub run through their whole pipeline with a tiny checkpoint of their kind.

The tiny checkpoints have random weights, so that the scores say nothing; what is shown is that the parameters
of the file, its prompts and its stages fit the architecture that the published weights have.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import harness
from tests.conftest import ROOT, needs_neural

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = ["what", "is", "query", "passage", ":", *(chr(letter) for letter in range(ord("a"), ord("z") + 1))]
WORDPIECES = [*SPECIAL, *WORDS, *(f"##{letter}" for letter in WORDS[5:])]
SIZE = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
DISTILLED = {"dim": 32, "n_layers": 1, "n_heads": 2, "hidden_dim": 32}
BERT = {"contriever", "contriever-msmarco", "bge-base-en-v1.5", "bge-small-en-v1.5", "e5-base-v2"}
ROBERTA = {"ance", "ance-average-prf", "ance-rocchio-prf"}
DISTILBERT = {"tas-b", "tas-b-average-prf", "tas-b-rocchio-prf"}
SPARSE_BERT = {
    "splade-pp-ed",
    "splade-pp-sd",
    "splade-v3",
    "splade-v1",
    "opensearch-doc-v1",
    "opensearch-doc-v2-mini",
}
SPARSE_DISTILBERT = {
    "splade-v2-max", "splade-v2-distil", "splade-v3-distilbert", "splade-v3-doc", "opensearch-doc-v2-distill",
    "opensearch-doc-v3-distill",
}  # fmt: skip
FUSED = {"bm25-bge-min-max", "bm25-bge-rrf"}


def _tokenizer(folder: Path) -> Any:
    from transformers import BertTokenizerFast

    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDPIECES) + "\n")
    tokenizer = BertTokenizerFast(vocab=str(folder / "vocab.txt"), model_max_length=64)
    tokenizer.save_pretrained(folder)
    return tokenizer


def _saved(kind: str, folder: Path) -> None:
    """A model of transformers with a fixed seed."""
    import torch
    import transformers

    _tokenizer(folder)
    torch.manual_seed(3)
    common = {"vocab_size": len(WORDPIECES), "max_position_embeddings": 80}
    sizes = DISTILLED if "distilbert" in kind else SIZE
    config_name, model_name = {
        "bert": ("BertConfig", "BertModel"),
        "roberta": ("RobertaConfig", "RobertaModel"),
        "distilbert": ("DistilBertConfig", "DistilBertModel"),
        "bert-mlm": ("BertConfig", "BertForMaskedLM"),
        "distilbert-mlm": ("DistilBertConfig", "DistilBertForMaskedLM"),
    }[kind]
    config = getattr(transformers, config_name)(**common, **sizes, pad_token_id=0)
    getattr(transformers, model_name)(config).eval().save_pretrained(folder)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    needs_neural()
    place, made = tmp_path_factory.mktemp("checkpoints"), {}

    def of(kind: str) -> Path:
        if kind not in made:
            made[kind] = place / kind
            _saved(kind, made[kind])
        return made[kind]

    return of


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six documents and two queries in BEIR layout."""
    folder = tmp_path_factory.mktemp("data") / "few"
    (folder / "qrels").mkdir(parents=True)
    texts = [
        "a red fox",
        "the blue sea",
        "a tall tree",
        "old grey stone",
        "soft white snow",
        "dry brown leaf",
    ]
    corpus = (f'{{"_id": "d{n}", "title": "", "text": "{text}"}}\n' for n, text in enumerate(texts))
    (folder / "corpus.jsonl").write_text("".join(corpus))
    (folder / "queries.jsonl").write_text(
        '{"_id": "q1", "text": "red fox"}\n{"_id": "q2", "text": "blue sea"}\n'
    )
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td0\t1\nq2\td1\t1\n")
    return folder


def _stages(pipeline: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for stage in pipeline:
        yield stage
        for branch in stage.get("with", []):
            yield from _stages(branch)


CASES = [
    *((name, "bert") for name in sorted(BERT | FUSED)),
    *((name, "roberta") for name in sorted(ROBERTA)),
    *((name, "distilbert") for name in sorted(DISTILBERT)),
    *((name, "bert-mlm") for name in sorted(SPARSE_BERT)),
    *((name, "distilbert-mlm") for name in sorted(SPARSE_DISTILBERT)),
]


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_it_runs_with_weights_of_its_architecture(
    name: str, kind: str, checkpoint: Callable[[str], Path], few: Path, tmp_path: Path
) -> None:
    declared = yaml.safe_load((ROOT / "baselines" / "hub" / f"{name}.yaml").read_text())
    weights = shutil.copytree(checkpoint(kind), tmp_path / "weights")
    for stage in _stages(declared["pipeline"]):
        parameters = stage.get("parameters", {})
        if "checkpoint" in parameters:
            parameters["checkpoint"] = str(weights)
            parameters.pop("revision", None)
        if parameters.get("query_encoder") == "idf":
            (weights / "idf.json").write_text('{"red": 2.5, "r": 1.5, "##e": 0.5, "##d": 0.25}')
    declared = {
        key: declared[key] for key in ("version", "system", "family", "description", "pipeline", "depth")
    }
    (tmp_path / "system.yaml").write_text(
        yaml.safe_dump({**declared, "datasets": [str(few)]}, sort_keys=False)
    )
    harness.run(tmp_path / "system.yaml", str(few), tmp_path / "out")
    run = harness.read_run(tmp_path / "out" / "run.trec.gz")
    ranked = {query: set(documents) for query, documents, _ in run.rankings()}
    assert ranked
    assert set(ranked) <= {"q1", "q2"}
    if declared["family"] == "dense":
        assert set(map(len, ranked.values())) == {6}, "an exact search of vectors ranks every document"


def test_every_encoder_of_the_hub_is_among_them() -> None:
    first = {"dense", "splade"}
    for path in sorted((ROOT / "baselines" / "hub").glob("*.yaml")):
        stages = list(_stages(yaml.safe_load(path.read_text())["pipeline"]))
        others = any("rerank" in stage or stage.get("feedback") == "ance-prf" for stage in stages)
        if first & {stage.get("retrieve") for stage in stages} and not others:
            assert path.stem in dict(CASES), f"name the architecture of {path.stem}"
