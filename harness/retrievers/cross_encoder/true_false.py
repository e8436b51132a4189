"""How sure a sequence-to-sequence model is to answer "true" rather than "false"."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from harness.errors import UnavailableError
from harness.retrievers.cross_encoder.first_logits import OnnxLogits, TorchLogits
from harness.retrievers.neural.onnx import Backend
from harness.retrievers.neural.transformer import quiet, readable


class TrueFalse:
    """The log probability of one word against another as the first that the decoder gives.

    Args:
        folder: a T5 checkpoint of Hugging Face transformers.
        words: the two words, the good one first; each is one piece of the model's vocabulary.
        max_length: tokens of an input, special ones included.
        batch_size: inputs at a time.
        backend: what computes; ``onnx`` reads the models that Optimum exports.

    Raises:
        MissingExtraError: onnxruntime is not installed.
        UnavailableError: the folder holds no such model, or a word is not one piece.
    """

    def __init__(
        self,
        folder: Path,
        *,
        words: tuple[str, str],
        max_length: int,
        batch_size: int,
        backend: Backend = "torch",
    ) -> None:
        from transformers import AutoTokenizer

        with quiet(), readable(str(folder)):
            self._tokenizer: Any = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        self._model = OnnxLogits(folder) if backend == "onnx" else TorchLogits(folder)
        self._words = [self._piece(word) for word in words]
        self._max_length, self._batch_size = max_length, batch_size

    def _piece(self, word: str) -> int:
        pieces = self._tokenizer(word, add_special_tokens=False)["input_ids"]
        if len(pieces) != 1:
            raise UnavailableError(f"The model's vocabulary has no single piece for the word {word!r}.")
        return int(pieces[0])

    def scores(self, inputs: Sequence[tuple[str, str, str]]) -> list[float]:
        """One log probability for each input: head, body and tail; only the body is cut to fit."""
        found = [0.0] * len(inputs)
        pieces = [self._fitted(*each) for each in inputs]
        order = sorted(range(len(inputs)), key=lambda row: (-len(pieces[row]), row))
        for start in range(0, len(order), self._batch_size):
            rows = order[start : start + self._batch_size]
            for row, score in zip(rows, self._batch([pieces[row] for row in rows]), strict=True):
                found[row] = score
        return found

    def _fitted(self, head: str, body: str, tail: str) -> list[int]:
        read = self._tokenizer([head, body, tail], add_special_tokens=False, verbose=False)["input_ids"]
        first, middle, last = read
        end = [self._tokenizer.eos_token_id]
        room = max(self._max_length - len(first) - len(last) - len(end), 0)
        return [*first, *middle[:room], *last, *end]

    def _batch(self, rows: Sequence[Sequence[int]]) -> list[float]:
        padded = self._tokenizer.pad({"input_ids": [list(row) for row in rows]}, return_tensors="np")
        ids, mask = (np.asarray(padded[name], dtype=np.int64) for name in ("input_ids", "attention_mask"))
        good, bad = self._model.first(ids, mask, self._words).T
        scores: list[float] = (-np.logaddexp(0.0, bad - good)).tolist()
        return scores
