"""One vector a text, from a sentence-transformers checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from harness.retrievers.neural.cache import Encodings
from harness.retrievers.neural.products import use_processor_products
from harness.retrievers.neural.transformer import quiet, readable
from harness.retrievers.rows import Float32s


@dataclass(slots=True, kw_only=True, eq=False)
class DenseEncoder:
    """A sentence-transformers model, loaded when first used.

    Attributes:
        folder: the checkpoint.
        identity: hex hash of everything that decides the vectors of documents.
        query_prompt, document_prompt: put before a text; None for the checkpoint's own.
        dimensions: leading dimensions kept, None for all.
        unit: scale every vector to length 1.
        max_length: tokens read of a text, None for the checkpoint's own.
        batch_size: texts at a time.
    """

    folder: str
    identity: str
    query_prompt: str | None
    document_prompt: str | None
    dimensions: int | None
    unit: bool
    max_length: int | None
    batch_size: int
    _model: Any = field(default=None, init=False)

    def encode(self, texts: Sequence[str], *, query: bool) -> Encodings:
        """``vectors`` float32[n, d]."""
        model = self._load()
        encode = model.encode_query if query else model.encode_document
        made = encode(
            list(texts),
            prompt=self.query_prompt if query else self.document_prompt,
            batch_size=self.batch_size,
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        return {"vectors": shaped(np.asarray(made, dtype=np.float32), self.dimensions, self.unit)}

    def encode_with_tokens(
        self, texts: Sequence[str], take: Callable[[tuple[int, ...], Any], None]
    ) -> Encodings:
        """What :meth:`encode` gives of documents, to the last bit.

        Args:
            texts: the documents.
            take: given each one's tokens and their states [t, d] as soon as they are read, in any order.
        """

        def heard(_module: Any, _given: Any, made: Mapping[str, Any]) -> None:
            rows = zip(
                made["input_ids"], made["attention_mask"].bool(), made["token_embeddings"], strict=True
            )
            for tokens, real, states in rows:
                take(tuple(tokens[real].tolist()), states[real])

        hook = self._load()[0].register_forward_hook(heard)
        try:
            return self.encode(texts, query=False)
        finally:
            hook.remove()

    def _load(self) -> Any:
        if self._model is None:
            from sentence_transformers import SentenceTransformer

            with quiet(), readable(self.folder):
                model = SentenceTransformer(self.folder, device="cpu", local_files_only=True)
            if self.max_length is not None:
                model.max_seq_length = self.max_length
            self._model = use_processor_products(model.float().eval())
        return self._model


def shaped(vectors: Float32s, dimensions: int | None, unit: bool) -> Float32s:
    """Keep the first ``dimensions`` (Kusupati et al. 2022, "Matryoshka Representation Learning"), then scale.

    Args:
        vectors: float32[n, d].
        dimensions: None, or more than d, keeps all.
        unit: scale to length 1; a vector of zeros stays.
    """
    cut = vectors[:, :dimensions]
    if not unit:
        return np.ascontiguousarray(cut)
    lengths = np.sqrt(np.einsum("nd,nd->n", cut, cut, dtype=np.float64))
    return (cut / np.where(lengths > 0, lengths, 1.0)[:, None]).astype(np.float32)
