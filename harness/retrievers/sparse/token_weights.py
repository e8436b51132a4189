"""The weights of query tokens that a checkpoint without a query model brings."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from harness.errors import UnavailableError

IDF: Final = "idf.json"
STATIC: Final = "*SparseStaticEmbedding/model.safetensors"
"""sentence-transformers' module for such queries: one weight for each entry of the vocabulary."""


def read_token_weights(folder: Path) -> Mapping[str, float]:
    """Token to weight, from ``idf.json`` or from a ``SparseStaticEmbedding`` module.

    Raises:
        UnavailableError: the folder has neither, or one that cannot be read.
    """
    path = folder / IDF
    if path.is_file():
        try:
            return _checked(json.loads(path.read_text(encoding="utf-8")), path)
        except ValueError as error:
            raise UnavailableError(f"{path} is not JSON: {error}") from error
    for static in sorted(folder.glob(STATIC)):
        return _from_module(static, folder)
    raise UnavailableError(
        f"The checkpoint in {folder} brings no weights for query tokens ({IDF}, or a SparseStaticEmbedding "
        "module), which query_encoder: idf needs; binary and model need none."
    )


def _checked(weights: Any, path: Path) -> Mapping[str, float]:
    numbers = isinstance(weights, dict) and all(
        isinstance(value, int | float) and math.isfinite(value) and value >= 0 for value in weights.values()
    )
    if not numbers:
        raise UnavailableError(f"{path}: expected an object of tokens with finite weights of 0 or more.")
    return {token: float(value) for token, value in weights.items()}


def _from_module(path: Path, folder: Path) -> Mapping[str, float]:
    from safetensors.numpy import load_file
    from transformers import AutoTokenizer

    from harness.retrievers.neural.transformer import quiet, readable

    with quiet(), readable(str(folder)):
        home = path.parent if (path.parent / "tokenizer.json").is_file() else folder
        tokenizer = AutoTokenizer.from_pretrained(str(home), local_files_only=True)
        weights = load_file(path)["weight"].reshape(-1).tolist()
    return _checked(
        {token: max(weights[number], 0.0) for token, number in tokenizer.get_vocab().items()}, path
    )
