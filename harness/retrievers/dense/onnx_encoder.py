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

CODE: Final = 2
"""Of encodings that this module made; kept ones of another number do not count."""
LENGTH: Final = 512
POOLINGS: Final = ("mean", "cls")
FLAGS: Final = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
"""How versions of sentence-transformers before 5.4 write them."""
MODULES: Final = {"Transformer", "Pooling", "Normalize"}
"""What a checkpoint may consist of; the model file has the first."""
PROMPTS: Final = {True: ("query",), False: ("document", "passage", "corpus")}


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
        if self._config("sentence_bert_config.json").get("do_lower_case") is True:
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
            length = self.max_length or self._length()
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
        named = config.get("pooling_mode", [])
        chosen = [named] if isinstance(named, str) else list(named)
        chosen += [
            FLAGS.get(name, name) for name in config if name.startswith("pooling_mode_") and config[name]
        ]
        if len(chosen) > 1 or set(chosen) - set(POOLINGS):
            raise UnavailableError(
                f"The checkpoint in {self.folder} pools by {', '.join(map(str, chosen))}; the backend onnx "
                f"knows one of {', '.join(POOLINGS)}. Use backend: torch."
            )
        if config.get("include_prompt") is False:
            raise UnavailableError(
                f"The checkpoint in {self.folder} pools without its prompts (include_prompt: false), which "
                "the backend onnx cannot. Use backend: torch."
            )
        return chosen[0] if chosen else "mean"

    def _normalizes(self) -> bool:
        """Whether the checkpoint scales its vectors to length 1."""
        listed = self._read("modules.json") or []
        kinds = [str(each.get("type")).rpartition(".")[2] for each in listed if isinstance(each, dict)]
        unknown = [kind for kind in kinds if kind not in MODULES]
        if unknown:
            raise UnavailableError(
                f"The checkpoint in {self.folder} has modules that the backend onnx does not run: "
                f"{', '.join(unknown)}. Use backend: torch."
            )
        return "Normalize" in kinds

    def _length(self) -> int:
        own = self._config("sentence_bert_config.json").get("max_seq_length")
        if own:
            return int(own)
        told = self._config("tokenizer_config.json").get("model_max_length") or LENGTH
        return int(min(told, self._config("config.json").get("max_position_embeddings") or LENGTH))

    def _config(self, name: str) -> dict[str, Any]:
        read = self._read(name)
        return read if isinstance(read, dict) else {}

    def _read(self, name: str) -> Any:
        path = Path(self.folder) / name
        if not path.is_file():
            return None
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise UnavailableError(f"{path} is not JSON: {error}") from error
