"""Vectors of a ColBERT checkpoint, of its authors' layout or of PyLate's, by transformers alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from harness.columns import Ints
from harness.errors import CommandError, UnavailableError
from harness.retrievers.late_interaction.layout import Colbert
from harness.retrievers.late_interaction.pooling import clustered
from harness.retrievers.late_interaction.projection import Projection, read_projections
from harness.retrievers.neural.cache import Encodings
from harness.retrievers.neural.transformer import quiet, readable


class Loaded(NamedTuple):
    """A checkpoint in memory.

    Attributes:
        fill: the token that pads, and fills queries up.
        markers: the token after the first of queries (True) and documents (False); None for none.
        skipped: tokens of documents without a vector.
        positions: the longest text that the model can read.
    """

    tokenizer: Any
    model: Any
    projections: list[Projection]
    fill: int
    markers: dict[bool, int | None]
    skipped: Ints
    positions: int


@dataclass(slots=True, kw_only=True, eq=False)
class ColbertEncoder:
    """One projected vector of length 1 for each token; loaded when first used.

    O. Khattab, M. Zaharia, "ColBERT", SIGIR 2020, section 3.2, and K. Santhanam et al., "ColBERTv2", NAACL
    2022; as stanford-futuredata/ColBERT and lightonai/pylate compute them. A text is its first token, a
    marker that tells queries from documents, and the rest. A query is filled up with mask tokens, each with a
    vector; a document has none for punctuation.

    Attributes:
        checkpoint: what the folder's files say.
        identity: hex hash of everything that decides the vectors of documents.
        precision: how vectors of documents are kept.
        pool_factor: a document keeps one vector for so many tokens.
        query_length, document_length: tokens that are read; None for the checkpoint's own.
        batch_size: texts at a time.
    """

    checkpoint: Colbert
    identity: str
    precision: str
    pool_factor: int
    query_length: int | None
    document_length: int | None
    batch_size: int
    _kept: Loaded | None = field(default=None, init=False)

    def encode(self, texts: Sequence[str], *, query: bool) -> Encodings:
        """``bounds`` int64[n + 1] and ``vectors`` [tokens, d], float32 for queries.

        Raises:
            CommandError: a length is more than the model can read.
            UnavailableError: the checkpoint cannot be read.
        """
        by_row: dict[int, Any] = {}
        kind = np.dtype("float32" if query else self.precision)
        for places, vectors, kept in self._batches(texts, query=query):
            for place, own, chosen in zip(places, vectors, kept, strict=True):
                found = own[chosen].numpy()
                by_row[place] = (found if query else clustered(found, self.pool_factor)).astype(kind)
        parts = [by_row[row] for row in range(len(texts))]
        return {"bounds": np.cumsum([0, *map(len, parts)], dtype=np.int64), "vectors": np.concatenate(parts)}

    def pieces(self, texts: Sequence[str]) -> list[Ints]:
        """The tokens of documents that have a vector, before any pooling."""
        skipped = self._load().skipped
        rows = (np.array(row, dtype=np.int64) for row in self._tokens(texts, query=False))
        return [row[~np.isin(row, skipped)] for row in rows]

    def _length(self, *, query: bool) -> int:
        told = self.checkpoint
        length = (self.query_length if query else self.document_length) or (
            told.query_length if query else told.document_length
        )
        if length > self._load().positions:
            raise CommandError(
                f"{'query_length' if query else 'max_length'} is {length}, and the checkpoint in "
                f"{told.transformer} reads at most {self._load().positions} tokens."
            )
        return length

    def _tokens(self, texts: Sequence[str], *, query: bool) -> list[list[int]]:
        """The tokens of each text, special ones and the marker included."""
        told, marker = self.checkpoint, self._load().markers[query]
        room = self._length(query=query) - (marker is not None)
        put = [told.prompt + (text.lower() if told.lower else text) for text in texts]
        read = self._load().tokenizer(put, truncation=True, max_length=room, verbose=False)["input_ids"]
        return [list(row) if marker is None else [*row[:1], marker, *row[1:]] for row in read]

    def _batches(self, texts: Sequence[str], *, query: bool) -> Iterator[tuple[list[int], Any, Any]]:
        """Rows of texts of like length; their vectors, float32[b, t, d]; which of them count, bool[b, t]."""
        import torch

        loaded, told = self._load(), self.checkpoint
        rows = self._tokens(texts, query=query)
        expands = query and told.expands
        order = sorted(range(len(rows)), key=lambda row: (-len(rows[row]), row))
        for start in range(0, len(order), self.batch_size):
            places = order[start : start + self.batch_size]
            width = self._length(query=True) if expands else len(rows[places[0]])
            ids = torch.full((len(places), width), loaded.fill)
            own = torch.zeros(ids.shape, dtype=torch.bool)
            for i, place in enumerate(places):
                ids[i, : len(rows[place])] = torch.tensor(rows[place])
                own[i, : len(rows[place])] = True
            seen = torch.ones_like(own) if expands and told.attends else own
            with torch.inference_mode():
                states = loaded.model(input_ids=ids, attention_mask=seen.long()).last_hidden_state
                for project in loaded.projections:
                    states = project(states)
                vectors = torch.nn.functional.normalize(states, dim=2)
            counted = torch.ones_like(own) if expands else own
            if not query:
                counted = own & ~torch.isin(ids, torch.from_numpy(loaded.skipped))
            yield places, vectors, counted

    def _load(self) -> Loaded:
        if self._kept is None:
            self._kept = load_checkpoint(self.checkpoint)
        return self._kept


def load_checkpoint(checkpoint: Colbert) -> Loaded:
    """Read tokenizer, transformer and projections.

    Raises:
        UnavailableError: the folder lacks a part of them, or a marker is no token of the vocabulary.
    """
    from transformers import AutoModel, AutoTokenizer

    folder = str(checkpoint.transformer)
    with quiet(), readable(folder):
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model, told = AutoModel.from_pretrained(folder, local_files_only=True, output_loading_info=True)
    absent = sorted(name for name in told["missing_keys"] if "pooler" not in name)
    if absent:
        raise UnavailableError(
            f"The checkpoint in {folder} has no weights for {len(absent)} parts of the model, such as "
            f"{absent[0]}; they would be random."
        )
    numbers = (tokenizer.mask_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id)
    fill = next((number for number in numbers if number is not None), None)
    if fill is None:
        raise UnavailableError(f"The tokenizer in {folder} has no mask, end or padding token to fill with.")
    skipped = {tokenizer.convert_tokens_to_ids(word) for word in checkpoint.skipped} - {None}
    positions = min(tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", 1 << 30))
    return Loaded(
        tokenizer=tokenizer,
        model=model.float().eval(),
        projections=read_projections(checkpoint),
        fill=fill,
        markers={
            True: _marker(tokenizer, checkpoint.query_marker, folder),
            False: _marker(tokenizer, checkpoint.document_marker, folder),
        },
        skipped=np.array(sorted(skipped), dtype=np.int64),
        positions=positions,
    )


def _marker(tokenizer: Any, marker: str, folder: str) -> int | None:
    if not marker:
        return None
    number = tokenizer.convert_tokens_to_ids(marker)
    if number is None or (number == tokenizer.unk_token_id and marker != tokenizer.unk_token):
        raise UnavailableError(
            f"The marker {marker!r} is no token of the tokenizer in {folder}; its vector would be random."
        )
    return int(number)
