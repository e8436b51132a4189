"""Scores of pairs of texts from an ONNX sequence classifier."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.errors import MissingExtraError, UnavailableError
from harness.retrievers.neural.onnx import FILES
from harness.retrievers.neural.threads import thread_count
from harness.retrievers.neural.transformer import quiet, readable


class OnnxPairs:
    """A tokenizer and an ONNX model.

    Args:
        folder: with the tokenizer, and ``model.onnx`` or ``onnx/model.onnx``.
        max_length: tokens of a pair that are read; the longer text is cut, token by token.
        batch_size: pairs at a time.

    Raises:
        MissingExtraError: onnxruntime is not installed.
        UnavailableError: the folder has no such model, or one that cannot be loaded.
    """

    def __init__(self, folder: Path, *, max_length: int, batch_size: int) -> None:
        if importlib.util.find_spec("onnxruntime") is None:
            raise MissingExtraError("The backend 'onnx'", "onnxruntime", "onnx")
        import onnxruntime
        from transformers import AutoTokenizer

        path = next((folder / name for name in FILES if (folder / name).is_file()), None)
        if path is None:
            raise UnavailableError(f"The checkpoint in {folder} has none of {', '.join(FILES)}.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = thread_count()
        options.log_severity_level = 3
        with quiet(), readable(str(folder)):
            self._tokenizer: Any = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        try:
            self._session: Any = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the library's own errors have no common class but this
            raise UnavailableError(f"{path} cannot be loaded: {str(error)[:200]}") from error
        self._max_length, self._batch_size = max_length, batch_size

    def scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """One number for each pair.

        Raises:
            UnavailableError: the model has more than one output for a pair.
        """
        names = {each.name for each in self._session.get_inputs()}
        found: list[float] = []
        for start in range(0, len(pairs), self._batch_size):
            some = pairs[start : start + self._batch_size]
            read = self._tokenizer(
                [query for query, _ in some],
                [document for _, document in some],
                truncation="longest_first",  # as sentence-transformers; a long query leaves no document
                max_length=self._max_length,
                padding=True,
                return_tensors="np",
            )
            made = self._session.run(None, {name: value for name, value in read.items() if name in names})[0]
            if made.size != len(some):
                raise UnavailableError(
                    f"The ONNX model gives {made.size // len(some)} numbers for a pair, not one."
                )
            found += made.reshape(-1).tolist()
        return found
