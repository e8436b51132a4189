"""The logits of a decoder's first step, from torch or from ONNX models."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from harness.errors import MissingExtraError, UnavailableError
from harness.retrievers.neural.threads import thread_count
from harness.retrievers.neural.transformer import quiet, readable

Padded = npt.NDArray[np.int64]
ENCODER, DECODER = "encoder_model.onnx", "decoder_model.onnx"
PLACES: Final = ("", "onnx")


class TorchLogits:
    """A sequence-to-sequence model of Hugging Face transformers.

    Args:
        folder: the checkpoint.

    Raises:
        UnavailableError: the folder holds no such model.
    """

    def __init__(self, folder: Path) -> None:
        from transformers import AutoModelForSeq2SeqLM

        with quiet(), readable(str(folder)):
            model: Any = AutoModelForSeq2SeqLM.from_pretrained(str(folder), local_files_only=True)
        self._model = model.float().eval()

    def first(self, ids: Padded, mask: Padded, words: Sequence[int]) -> npt.NDArray[np.float64]:
        """float64[n, w]: the logits of some words as the first of the answer."""
        import torch

        begun = torch.full((len(ids), 1), int(self._model.config.decoder_start_token_id))
        with torch.inference_mode():
            made = self._model(
                input_ids=torch.from_numpy(ids),
                attention_mask=torch.from_numpy(mask),
                decoder_input_ids=begun,
            ).logits[:, 0, list(words)]
        found: npt.NDArray[np.float64] = made.double().numpy()
        return found


class OnnxLogits:
    """The two models that Optimum exports: ``encoder_model.onnx`` and ``decoder_model.onnx``.

    Args:
        folder: the checkpoint; the models lie in it or in its folder ``onnx``.

    Raises:
        MissingExtraError: onnxruntime is not installed.
        UnavailableError: the folder lacks a model, or one cannot be loaded.
    """

    def __init__(self, folder: Path) -> None:
        if importlib.util.find_spec("onnxruntime") is None:
            raise MissingExtraError("The backend 'onnx'", "onnxruntime", "onnx")
        from transformers import AutoConfig

        with quiet(), readable(str(folder)):
            config: Any = AutoConfig.from_pretrained(str(folder), local_files_only=True)
        self._start = int(config.decoder_start_token_id)
        place = next((folder / name for name in PLACES if (folder / name / ENCODER).is_file()), folder)
        self._encoder, self._decoder = self._session(place / ENCODER), self._session(place / DECODER)

    def _session(self, path: Path) -> Any:
        import onnxruntime

        if not path.is_file():
            raise UnavailableError(f"The backend onnx needs {ENCODER} and {DECODER}; there is no {path}.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = thread_count()
        options.log_severity_level = 3
        try:
            return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the library's own errors have no common class but this
            raise UnavailableError(f"{path} cannot be loaded: {str(error)[:200]}") from error

    def first(self, ids: Padded, mask: Padded, words: Sequence[int]) -> npt.NDArray[np.float64]:
        """float64[n, w]: the logits of some words as the first of the answer."""
        states = self._encoder.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        given = {
            "input_ids": np.full((len(ids), 1), self._start, dtype=np.int64),
            "encoder_attention_mask": mask,
            "encoder_hidden_states": states,
        }
        logits = self._decoder.run(["logits"], given)[0]
        found: npt.NDArray[np.float64] = logits[:, 0, list(words)].astype(np.float64)
        return found
