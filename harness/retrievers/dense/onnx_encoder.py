"""One vector a text, from an ONNX model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from harness.errors import UnavailableError
from harness.retrievers.dense.encoder import shaped
from harness.retrievers.dense.sentence_files import MODULES, SentenceFiles
from harness.retrievers.neural.cache import Encodings
from harness.retrievers.neural.onnx import OnnxTransformer

CODE: Final = 2
"""Of encodings that this module made; kept ones of another number do not count."""
POOLINGS: Final = ("mean", "cls")


@dataclass(slots=True, kw_only=True, eq=False)
class OnnxDenseEncoder:
    """Token vectors of an ONNX model, pooled as ``1_Pooling/config.json`` says, else by their mean.

    Prompts, lower case, the greatest length and a Normalize module are those of the checkpoint's
    sentence-transformers files, where it has them.
    :class:`harness.retrievers.dense.encoder.DenseEncoder` describes the attributes.
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
        """``vectors`` float32[n, d].

        Raises:
            UnavailableError: the checkpoint has modules, or pools in a way, that are not known here.
        """
        prompt, pooling, normal = self._prompt(query), self._pooling(), self._normalizes()
        if self._files.lower:
            texts = [text.lower() for text in texts]
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
        made = shaped(np.stack([by_row[row] for row in range(len(texts))]).astype(np.float32), None, normal)
        return {"vectors": shaped(made, self.dimensions, self.unit)}

    def _load(self) -> OnnxTransformer:
        if self._model is None:
            length = self.max_length or self._files.max_length
            self._model = OnnxTransformer(
                self.folder, head="base", max_length=length, batch_size=self.batch_size
            )
        return self._model

    @property
    def _files(self) -> SentenceFiles:
        return SentenceFiles(Path(self.folder))

    def _prompt(self, query: bool) -> str:
        given = self.query_prompt if query else self.document_prompt
        return given if given is not None else self._files.prompt(query=query)

    def _pooling(self) -> str:
        chosen = self._files.pooling
        if len(chosen) > 1 or set(chosen) - set(POOLINGS):
            raise UnavailableError(
                f"The checkpoint in {self.folder} pools by {', '.join(chosen)}; the backend onnx "
                f"knows one of {', '.join(POOLINGS)}. Use backend: torch."
            )
        if not self._files.pools_prompts:
            raise UnavailableError(
                f"The checkpoint in {self.folder} pools without its prompts (include_prompt: false), which "
                "the backend onnx cannot. Use backend: torch."
            )
        return chosen[0] if chosen else "mean"

    def _normalizes(self) -> bool:
        """Whether the checkpoint scales its vectors to length 1."""
        kinds = self._files.modules
        unknown = [kind for kind in kinds if kind not in MODULES]
        if unknown:
            raise UnavailableError(
                f"The checkpoint in {self.folder} has modules that the backend onnx does not run: "
                f"{', '.join(unknown)}. Use backend: torch."
            )
        return "Normalize" in kinds
