"""Models behind a URL: a real server on loopback, its failures, the key, what the card tells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from harness.cli.main import main
from harness.config import check
from harness.errors import CommandError, SpecError, UnavailableError
from harness.records import Document, Query
from harness.retrievers.execute import run
from harness.retrievers.in_context.chat import Message
from harness.retrievers.in_context.listwise import Listwise
from harness.retrievers.in_context.models import EndpointModel
from tests.retrievers.in_context.server import Server, serving

DOCUMENTS = [Document(f"d{i}", "", f"text {i}") for i in range(3)]
MESSAGE = Message("be brief", "rank these", "[")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    with serving() as found:
        yield found


def endpoint(server: Server, **more: object) -> EndpointModel:
    return check(
        {"backend": "endpoint", "url": server.url, "model": "m", **more}, EndpointModel, where="test"
    )


@pytest.mark.parametrize("interface", ["chat", "completions"])
def test_both_interfaces(server: Server, interface: str) -> None:
    model = endpoint(server, interface=interface).open()
    made = model.complete(MESSAGE, 50)
    assert (made.prompt_tokens, made.generated_tokens) == (30, 9)
    choice = model.choose(MESSAGE, ["A", "B", "C"])
    assert list(choice.scores) == [-2.0, -0.1, -6.0], (
        "a label that is not among the alternatives is below all"
    )
    assert choice.named == 2
    path, key, body = server.asked[0]
    assert (body["temperature"], body["max_tokens"], key) == (0, 50, None)
    if interface == "chat":
        assert path == "/v1/chat/completions"
        assert [each["role"] for each in body["messages"]] == ["system", "user", "assistant"]
    else:
        assert path == "/v1/completions"
        assert body["prompt"] == "be brief\n\nrank these\n["


def test_failures_that_may_pass_are_tried_again(server: Server) -> None:
    server.failures = [429, 503, 500]
    assert endpoint(server).open().complete(MESSAGE, 5).text
    server.failures = [503] * 5
    with pytest.raises(UnavailableError, match=r"after 2 attempts: HTTP 503 .*busy, try again"):
        endpoint(server, retries=1).open().complete(MESSAGE, 5)
    server.failures = [401]
    with pytest.raises(UnavailableError, match="after 1 attempts: HTTP 401"):
        endpoint(server).open().complete(MESSAGE, 5)


def test_replies_of_another_shape(server: Server) -> None:
    for raw, told in ((b"<html>", "not JSON"), (b"[]", "not a JSON object"), (b"{}", "holds no choices")):
        server.raw = raw
        with pytest.raises(UnavailableError, match=told):
            endpoint(server).open().complete(MESSAGE, 5)
    server.raw = b'{"choices": [{"message": {"content": "x"}}]}'
    with pytest.raises(UnavailableError, match="decoding: generate"):
        endpoint(server).open().choose(MESSAGE, ["A"])


def test_nobody_listens() -> None:
    model = EndpointModel(backend="endpoint", url="http://127.0.0.1:9/v1", model="m", retries=0)
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1:9"):
        model.open().complete(MESSAGE, 5)


@pytest.mark.parametrize(
    "url", ["localhost:8000/v1", "http://me:secret@host/v1", "http://host/v1?key=1", "file:///x"]
)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(SpecError, match="url"):
        EndpointModel(backend="endpoint", url=url, model="m")


def test_the_key_is_sent_and_kept_nowhere(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranker = Listwise(model=endpoint(server, key_variable="TEST_KEY"))
    with pytest.raises(CommandError, match="TEST_KEY"):
        ranker.open().rank(Query("q", "query"), DOCUMENTS, [0.0] * 3)
    monkeypatch.setenv("TEST_KEY", "s3cret-value")
    ranked = ranker.open().rank(Query("q", "query"), DOCUMENTS, [0.0] * 3)
    assert list(ranked.scores) == [2, 3, 1]
    assert server.asked[0][1] == "Bearer s3cret-value"
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not any(b"s3cret" in path.read_bytes() for path in files)
    assert "s3cret" not in repr(ranker) + str(ranker.provenance())


def test_a_run_tells_what_it_cost(server: Server, tmp_path: Path) -> None:
    """Two queries, three documents each: one call a query of 30 + 9 tokens, at 10 and 100 a million."""
    folder = tmp_path / "data"
    (folder / "qrels").mkdir(parents=True)
    lines = "".join(f'{{"_id": "d{i}", "title": "", "text": "apples and pears {i}"}}\n' for i in range(3))
    (folder / "corpus.jsonl").write_text(lines)
    (folder / "queries.jsonl").write_text('{"_id": "q1", "text": "apples"}\n{"_id": "q2", "text": "pears"}\n')
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td1\t1\n")
    model = {
        "backend": "endpoint",
        "url": server.url,
        "model": "big",
        "price_prompt": 10.0,
        "price_generated": 100.0,
    }
    spec = {
        "version": 1,
        "system": "bm25-big",
        "family": "in-context",
        "description": "BM25, then a model behind a URL.",
        "pipeline": [
            {"retrieve": "bm25"},
            {"rerank": "listwise", "depth": 3, "parameters": {"model": model}},
        ],
    }
    (tmp_path / "spec.yaml").write_text(yaml.safe_dump(spec))
    done = run(tmp_path / "spec.yaml", str(folder), tmp_path / "out")
    stage = done.card.pipeline[1]
    facts = dict(stage.facts)
    assert (facts["calls"], facts["prompt_tokens"], facts["generated_tokens"]) == (2, 60, 18)
    assert facts["cost"] == pytest.approx((60 * 10 + 18 * 100) / 1e6)
    assert (facts["answers_ok"], facts["malformed_wrong_format"]) == (2, 0)
    assert (stage.checkpoint, stage.revision, stage.depth) == ("big", f"served at {server.url}", 3)
    assert len(server.asked) == 2
    run(tmp_path / "spec.yaml", str(folder), tmp_path / "again")
    assert len(server.asked) == 2, "nothing is paid for twice"
    asked = ["run", str(tmp_path / "spec.yaml"), "--dataset", str(folder), "--out", str(tmp_path / "new")]
    assert main([*asked, "--fresh"]) == 0
    assert len(server.asked) == 4, "asked again, though the calls were kept"
    assert main(asked) == 0
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    "url", ["http://[::1/v1", "http://localhost:port/v1", "http://localhost:99999/v1", "localhost:80/v1"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(SpecError, match=r"url: expected http\(s\)://HOST"):
        EndpointModel(backend="endpoint", url=url, model="big")
