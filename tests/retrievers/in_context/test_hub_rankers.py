"""Rankers of `baselines/hub/` run with tiny random checkpoints of the same kind in place of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.records import Document, Query
from harness.retrievers.in_context.asking import COUNTED
from harness.retrievers.plan import parameters_of
from harness.retrievers.spec import read_system
from harness.retrievers.stage_spec import Stage, walk
from tests.conftest import ROOT
from tests.retrievers.in_context.bytes_checkpoint import save_checkpoint
from tests.retrievers.in_context.server import Server, serving

QUERY = Query("q", "apples")
DOCUMENTS = [Document(f"d{i}", "Fruit" if i % 2 else "", f"apples and {'pears ' * i}") for i in range(4)]
KINDS = {
    "castorini/rank_zephyr_7b_v1_full": ("Mistral", "zephyr", {"sliding_window": 4096}),
    "castorini/rank_vicuna_7b_v1": ("Llama", "", {}),
    "castorini/first_mistral": ("Mistral", "zephyr", {}),
    "rryisthebest/First_Model": ("Mistral", "zephyr", {"sliding_window": 4096}),
    "liuwenhan/RankMistral100": ("Mistral", "mistral", {}),
    "mistralai/Mistral-7B-Instruct-v0.2": ("Mistral", "mistral", {}),
    "meta-llama/Llama-3.1-8B-Instruct": ("Llama", "zephyr", {}),
    "meta-llama/Llama-2-7b-chat-hf": ("Llama", "mistral", {}),
    "huggyllama/llama-7b": ("Llama", "", {}),
    "quicktensor/blockrank-msmarco-mistral-7b": ("Mistral", "mistral", {"num_hidden_layers": 21}),
}
"""The architecture of each checkpoint, the form of its chats, and what else it differs in."""


def in_context(path: Path) -> Stage | None:
    stages = [stage for _, stage in walk(read_system(path).pipeline)]
    family = "icr", "blockrank", "query-likelihood", "listwise", "setwise", "pairwise"
    return next((stage for stage in stages if stage.name in family), None)


HUB = {path.stem: path for path in sorted((ROOT / "baselines" / "hub").glob("*.yaml")) if in_context(path)}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    monkeypatch.chdir(tmp_path)
    with serving() as found:
        yield found


@pytest.mark.parametrize("name", HUB)
def test_a_ranker_of_the_hub_runs_with_a_tiny_checkpoint(name: str, server: Server, tmp_path: Path) -> None:
    stage = in_context(HUB[name])
    assert stage is not None
    parameters: dict[str, Any] = {**stage.parameters}
    model = {**parameters.get("model", {})}
    named = parameters if "checkpoint" in parameters else model
    checkpoint = named.pop("checkpoint", None)
    if checkpoint is None:
        model["url"] = server.url
    else:
        kind, chat, more = KINDS[checkpoint.removeprefix("./checkpoints/")]
        save_checkpoint(tmp_path / "tiny", kind, chat, **more)
        named["checkpoint"] = "./tiny"
        named.pop("revision", None)  # the hub's commit
    if model:
        parameters["model"] = model
    ranker = parameters_of(stage.model_copy(update={"parameters": parameters})).open()
    ranked = ranker.rank(QUERY, DOCUMENTS, [4.0, 3.0, 2.0, 1.0])
    assert len(ranked.scores) == 4
    assert ranked.counts["calls"] >= 1
    assert ranked.counts["prompt_tokens"] > 4
    if stage.name in ("listwise", "setwise", "pairwise"):
        assert sorted(ranked.scores) == [1, 2, 3, 4]
        answers = sum(ranked.counts[what] for what in COUNTED.values())
        assert answers == ranked.counts["calls"], "every answer is of one kind"
    if checkpoint is None:
        assert len(server.asked[0][2]["messages"]) == 2 * 4 + 4, "RankGPT speaks in turns"


def test_the_family_is_there() -> None:
    rankers = ("rankzephyr", "rankvicuna", "first-mistral", "rankmistral100", "rankgpt-gpt-4o-mini")
    others = ("icr-mistral", "llm-qlm", "setwise-llama2", "pairwise-llama2")
    assert {f"bm25-{name}" for name in (*rankers, *others)} | {"contriever-msmarco-blockrank"} <= set(HUB)
