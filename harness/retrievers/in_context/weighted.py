"""What rankers that read a model's inside have in common: a checkpoint, a template, the cut of documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from harness.errors import DatasetError, Problem
from harness.records import Document
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.in_context.decoder import Decoder
from harness.retrievers.in_context.template import Method, Template, filled, read_template, template_hash
from harness.retrievers.neural.checkpoint import check_checkpoint
from harness.retrievers.neural.language_model import SMOLLM2, Precision, load_model, model_provenance
from harness.retrievers.neural.retriever import Fields, PositiveInt


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedRanker:
    """A ranker that reads hidden states, attention or logits, so that the weights have to be here.

    Attributes:
        checkpoint: ``package:IMPORT_NAME/FOLDER``, a folder, a name of the hub, or a ``.gguf`` file in one of
            the first two.
        revision: the hub's commit, needed for a name of the hub.
        precision: of weights and computation.
        template: a packaged one or the path of a YAML file.
        fields: what is read of a document, joined by a space.
        max_document_tokens: of a document, its marks included; the rest is cut off.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    family: ClassVar[str] = "in-context"
    summary: ClassVar[str]
    method: ClassVar[Method]

    checkpoint: str = SMOLLM2
    revision: str | None = None
    precision: Precision = "float32"
    template: str
    fields: Fields = ("title", "text")
    max_document_tokens: PositiveInt

    def __post_init__(self) -> None:
        check_parameters(self)
        check_checkpoint(self.checkpoint, self.revision)
        read_template(self.template, self.method)

    def provenance(self) -> Mapping[str, str]:
        """The checkpoint's name, its commit or the hash of its content, and the hash of the template.

        Raises:
            UnavailableError: the weights cannot be reached.
        """
        weights = model_provenance(self.checkpoint, self.revision)
        return {**weights, "template": template_hash(self.template)}

    def read(self) -> tuple[Decoder, Template]:
        """The loaded model and the template.

        Raises:
            MissingExtraError: the packages that read checkpoints are not installed.
            UnavailableError: the weights cannot be reached.
        """
        decoder = Decoder(load_model(self.checkpoint, self.revision, self.precision))
        return decoder, read_template(self.template, self.method)


def text_of(document: Document, fields: Sequence[str], titled: str = "") -> str:
    """The fields of a document that are not empty, on one line.

    Args:
        document: the document.
        fields: which of title and text, in this order; joined by a space.
        titled: a template's form of a document whose title and text are both shown.
    """
    parts = {field: " ".join(getattr(document, field).split()) for field in fields}
    shown = {field: part for field, part in parts.items() if part}
    return filled(titled, shown) if titled and len(shown) == 2 else " ".join(shown.values())


def shortened(ids: Sequence[int], most: int, kept_end: Sequence[int]) -> list[int]:
    """At most ``most`` tokens of a block; what is cut away stands before its closing mark."""
    if len(ids) <= most:
        return list(ids)
    end = list(kept_end)[-most:] if list(ids[len(ids) - len(kept_end) :]) == list(kept_end) else []
    return [*ids[: most - len(end)], *end]


def fits(tokens: int, decoder: Decoder, query: str, depth: int) -> None:
    """Refuse a prompt that is longer than the model's window.

    Raises:
        DatasetError: with what would make it shorter.
    """
    if tokens > decoder.window:
        message = (
            f"{depth} documents make a prompt of {tokens} tokens, and the model reads {decoder.window}; "
            "lower the depth or max_document_tokens."
        )
        raise DatasetError("A prompt does not fit.", [Problem(f"query {query}", message)])
