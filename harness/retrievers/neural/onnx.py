"""A transformer that onnxruntime runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from harness.errors import UnavailableError
from harness.retrievers.neural.threads import thread_count
from harness.retrievers.neural.transformer import Batch, Head, Runner, Transformer, quiet, readable, tokenized
from harness.retrievers.packages import ONNX

Backend = Literal["torch", "onnx"]
FILES: Final = ("model.onnx", "onnx/model.onnx")
OUTPUTS: Final = {"base": ("last_hidden_state", "token_embeddings"), "masked-lm": ("logits", "output")}
"""Names that exporters give to what is wanted; else the first output is taken."""


class OnnxTransformer:
    """A tokenizer and an ONNX model of a folder, loaded when first used.

    Args:
        folder: with the tokenizer in the form of Hugging Face transformers, and ``model.onnx`` or
            ``onnx/model.onnx``.
        head: ``base`` for hidden states, ``masked-lm`` for logits over the vocabulary.
        max_length: tokens of a text that are read, special ones included.
        batch_size: texts at a time.

    Raises:
        MissingExtraError: onnxruntime is not installed.
        UnavailableError: when it is first used, if the folder cannot be read.
    """

    def __init__(self, folder: str, *, head: Head, max_length: int, batch_size: int) -> None:
        if error := ONNX.missing():
            raise error
        self._folder, self._head = folder, head
        self._max_length, self._batch_size = max_length, batch_size
        self._loaded: tuple[Any, Any] | None = None

    @property
    def tokenizer(self) -> Any:
        """The checkpoint's tokenizer."""
        return self._load()[0]

    @property
    def vocabulary_size(self) -> int:
        """The width of the logits where it is fixed, else the size of the tokenizer's vocabulary."""
        tokenizer, session = self._load()
        width = session.get_outputs()[0].shape[-1]
        return width if self._head == "masked-lm" and isinstance(width, int) else len(tokenizer)

    def batches(self, texts: Sequence[str]) -> Iterator[Batch]:
        """Run the model over texts, those of like length together; the first batch has the longest."""
        import torch

        tokenizer, session = self._load()
        inputs = {each.name for each in session.get_inputs()}
        names = [each.name for each in session.get_outputs()]
        wanted = next((name for name in OUTPUTS[self._head] if name in names), names[0])
        for rows, padded, special in tokenized(tokenizer, texts, self._max_length, self._batch_size):
            given = {name: value.numpy() for name, value in padded.items() if name in inputs}
            if "token_type_ids" in inputs and "token_type_ids" not in given:
                given["token_type_ids"] = 0 * given["input_ids"]
            (made,) = session.run([wanted], given)
            yield Batch(rows, torch.from_numpy(made).float(), padded["attention_mask"].bool(), special)

    def _load(self) -> tuple[Any, Any]:
        if self._loaded is None:
            import onnxruntime
            from transformers import AutoTokenizer

            path = next(
                (Path(self._folder) / name for name in FILES if (Path(self._folder) / name).is_file()), None
            )
            if path is None:
                raise UnavailableError(f"The checkpoint in {self._folder} has none of {', '.join(FILES)}.")
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = thread_count()
            options.log_severity_level = 3
            with quiet(), readable(self._folder):
                tokenizer = AutoTokenizer.from_pretrained(self._folder, local_files_only=True)
            try:
                session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
            except Exception as error:  # the library's own errors have no common class but this
                raise UnavailableError(f"{path} cannot be loaded: {str(error)[:200]}") from error
            self._loaded = tokenizer, session
        return self._loaded


def transformer_for(backend: Backend, folder: str, *, head: Head, max_length: int, batch_size: int) -> Runner:
    """The transformer of a folder, run by torch or by onnxruntime.

    Raises:
        MissingExtraError: onnxruntime is not installed and asked for.
    """
    kind = OnnxTransformer if backend == "onnx" else Transformer
    return kind(folder, head=head, max_length=max_length, batch_size=batch_size)
