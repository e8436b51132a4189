"""ANCE-PRF: a second encoder reads the query together with its first documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

from pydantic import ConfigDict, Field

from harness.errors import CommandError
from harness.records import Query
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.dense.encoder import DenseEncoder
from harness.retrievers.dense.retriever import Dense
from harness.retrievers.feedback.ance_encoder import AnceEncoder, read_layers
from harness.retrievers.feedback.rows import first_documents
from harness.retrievers.neural.collection import text_of
from harness.retrievers.neural.queries import encode_queries
from harness.retrievers.neural.retriever import Fields
from harness.retrievers.neural.transformer import Transformer
from harness.retrievers.rows import in_order
from harness.retrievers.stages import Answer, Searched

PositiveInt = Annotated[int, Field(ge=1)]
MODULES: Final = "modules.json"
"""The file by which a checkpoint of sentence-transformers is known."""
LONGEST: Final = 512
"""Tokens that ANCE's encoder reads at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AncePrf:
    """The vector of "query [SEP] document 1 [SEP] document 2 …" by a second encoder; the index stays.

    H. Yu, C. Xiong, J. Callan, "Improving Query Representations for Dense Retrieval with Pseudo Relevance
    Feedback", CIKM 2021. Between the texts stands the encoder's own separator without spaces, as in Pyserini.
    The encoder has to be trained for this input, for the number of documents, and into the space of the first
    one's vectors.

    Attributes:
        checkpoint: named as that of a dense retriever: of sentence-transformers, or a plain RoBERTa with
            ANCE's layers ``embeddingHead`` and ``norm``, as the authors' ``ance_prf_k3_checkpoint``.
        revision: the hub's commit.
        feedback_documents: first documents of a query.
        fields: what is read of a document.
        max_length: tokens of the whole input that are read; None for the checkpoint's own.
        batch_size: inputs encoded at a time.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    summary: ClassVar[str] = "ANCE-PRF: a second encoder over the query and its first documents."
    accepts: ClassVar[frozenset[str]] = frozenset({"dense"})

    checkpoint: str
    revision: str | None = None
    feedback_documents: PositiveInt = 3
    fields: Fields = ("title", "text")
    max_length: PositiveInt | None = 512
    batch_size: PositiveInt = 32

    def __post_init__(self) -> None:
        check_parameters(self)
        self._retriever()

    def _retriever(self) -> Dense:
        return Dense(checkpoint=self.checkpoint, revision=self.revision)

    def provenance(self) -> Mapping[str, str]:
        """The checkpoint's name, and the hub's commit or the hash of the folder's content.

        Raises:
            UnavailableError: the weights cannot be reached.
        """
        return self._retriever().provenance()

    def search(self, searched: Searched, queries: Sequence[Query], depth: int, *, tag: str) -> Answer:
        """Encode every query with its first documents and search the index with that.

        Raises:
            CommandError: ``depth`` is below 1, or the encoder's vectors have another length than the index's.
            MissingExtraError: the packages that read checkpoints are not installed.
            UnavailableError: the checkpoint cannot be reached.
        """
        index: Any = searched.index
        first: Any = searched.retriever
        found = first_documents(searched.run, self.feedback_documents)
        documents = searched.lookup(name for ids, _ in found.values() for name in ids)
        encoder = self._encoder(unit=first.similarity == "cosine")
        separator = encoder.tokenizer.sep_token or encoder.tokenizer.eos_token or " "
        asked = [
            Query(
                query.id,
                separator.join(
                    [query.text.strip(), *(text_of(documents[d], self.fields) for d in found[query.id][0])]
                ),
            )
            for query in in_order(queries, depth)
            if query.id in found and query.text.strip()
        ]
        encoded = encode_queries(asked, encoder)
        vectors = encoded.part["vectors"][encoded.places]
        if vectors.shape[1] != index.engine.vectors.shape[1]:
            raise CommandError(
                f"feedback: ance-prf encodes into {vectors.shape[1]} dimensions, and the index has "
                f"{index.engine.vectors.shape[1]}; the two encoders have to belong together."
            )
        run = index.engine.search(list(encoded.asked), vectors, depth, tag=tag)
        return Answer(
            run, {"feedback_documents": sum(len(ids) for ids, _ in found.values()), **encoded.facts}
        )

    def _encoder(self, *, unit: bool) -> AnceEncoder | _WithTokenizer:
        weights = self._retriever().weights()
        folder = Path(weights.folder)
        if (folder / MODULES).is_file():
            return _WithTokenizer(
                folder=weights.folder,
                identity=weights.identity,
                query_prompt="",
                document_prompt="",
                dimensions=None,
                unit=unit,
                max_length=self.max_length,
                batch_size=self.batch_size,
            )
        layers = read_layers(folder)
        transformer = Transformer(
            weights.folder, head="base", max_length=self.max_length or LONGEST, batch_size=self.batch_size
        )
        return AnceEncoder(transformer=transformer, identity=weights.identity, layers=layers, unit=unit)


class _WithTokenizer(DenseEncoder):
    """The encoder, which also shows its tokenizer."""

    @property
    def tokenizer(self) -> Any:
        return self._load().tokenizer
