"""One vector a text, from an ONNX model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from harness.errors import UnavailableError
from harness.retrievers.dense.encoder import shaped
from harness.retrievers.neural.cache import Encodings
from harness.retrievers.neural.onnx import OnnxTransformer

LENGTH: Final = 512
POOLINGS: Final = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
PROMPTS: Final = {True: ("query",), False: ("document", "passage", "corpus")}


@dataclass(slots=True, kw_only=True, eq=False)
class OnnxDenseEncoder:
    """Token vectors of an ONNX model, pooled as ``1_Pooling/config.json`` says, else by their mean.

    Prompts and the greatest length are those of the checkpoint's sentence-transformers files, where it has
    them. :class:`harness.retrievers.dense.encoder.DenseEncoder` describes the attributes.
    """

    folder: str
    identity: str
    query_prompt: str | None
    document_prompt: str | None
    dimensions: int | None
    unit: bool
    max_length: int | None
    batch_size: int
    _model: OnnxTransformer | None = field(default=None, init=False)

    def encode(self, texts: Sequence[str], *, query: bool) -> Encodings:
        """``vectors`` float32[n, d]."""
        prompt, pooling = self._prompt(query), self._pooling()
        by_row: dict[int, Any] = {}
        for batch in self._load().batches([prompt + text for text in texts]):
            output, mask = batch.output.numpy(), batch.mask.numpy()
            if output.ndim == 2:  # a model that pools by itself
                pooled = output
            elif pooling == "cls":
                pooled = output[:, 0]
            else:
                pooled = (output * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1)[:, None]
            by_row.update(zip(batch.rows, pooled, strict=True))
        made = np.stack([by_row[row] for row in range(len(texts))]).astype(np.float32)
        return {"vectors": shaped(made, self.dimensions, self.unit)}

    def _load(self) -> OnnxTransformer:
        if self._model is None:
            own = self._config("sentence_bert_config.json").get("max_seq_length") or LENGTH
            length = self.max_length or int(own)
            self._model = OnnxTransformer(
                self.folder, head="base", max_length=length, batch_size=self.batch_size
            )
        return self._model

    def _prompt(self, query: bool) -> str:
        given = self.query_prompt if query else self.document_prompt
        if given is not None:
            return given
        prompts = self._config("config_sentence_transformers.json").get("prompts") or {}
        return next((str(prompts[name]) for name in PROMPTS[query] if name in prompts), "")

    def _pooling(self) -> str:
        config = self._config("1_Pooling/config.json")
        chosen = [name for name in config if name.startswith("pooling_mode_") and config[name] is True]
        unknown = [name for name in chosen if name not in POOLINGS]
        if unknown or len(chosen) > 1:
            raise UnavailableError(
                f"The checkpoint in {self.folder} pools by {', '.join(chosen)}; the backend onnx knows "
                f"one of {', '.join(POOLINGS)}. Use backend: torch."
            )
        return POOLINGS[chosen[0]] if chosen else "mean"

    def _config(self, name: str) -> dict[str, Any]:
        path = Path(self.folder) / name
        if not path.is_file():
            return {}
        try:
            read = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise UnavailableError(f"{path} is not JSON: {error}") from error
        return read if isinstance(read, dict) else {}
