"""What re-rankers with a checkpoint of their own have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.neural.checkpoint import check_checkpoint, content_hash, locate, require_extra
from harness.retrievers.neural.onnx import Backend
from harness.retrievers.neural.retriever import Fields

PositiveInt = Annotated[int, Field(ge=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairReranker:
    """A model that scores a query with a document.

    Attributes:
        checkpoint: ``package:IMPORT_NAME/FOLDER``, a folder (``./…``, ``/…``, ``~/…``), or a name of the hub.
        revision: the hub's commit, needed for a name of the hub.
        fields: what is read of a document, joined by a space.
        max_length: tokens of the whole input that are read, special ones included; the document is cut.
        batch_size: pairs at a time.
        backend: ``onnx`` runs the checkpoint's ONNX models in onnxruntime.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    family: ClassVar[str] = "cross-encoder"
    summary: ClassVar[str]
    name: ClassVar[str]

    checkpoint: str
    revision: str | None = None
    fields: Fields = ("title", "text")
    max_length: PositiveInt = 512
    batch_size: PositiveInt = 16
    backend: Backend = "torch"

    def __post_init__(self) -> None:
        check_parameters(self)
        check_checkpoint(self.checkpoint, self.revision)

    def folder(self) -> Path:
        """Where the weights lie.

        Raises:
            MissingExtraError: the packages that read them are not installed.
            UnavailableError: the weights cannot be reached.
        """
        require_extra(self.name)
        return locate(self.checkpoint, self.revision, onnx=self.backend == "onnx")

    def provenance(self) -> Mapping[str, str]:
        """The checkpoint's name, and the hub's commit or the hash of the folder's content.

        Raises:
            UnavailableError: the weights cannot be reached.
        """
        content = content_hash(locate(self.checkpoint, self.revision))
        return {"checkpoint": self.checkpoint, "revision": self.revision or f"sha256:{content}"}
