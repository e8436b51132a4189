"""One impact for each word of a document, by a BERT and a small network over it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from harness.columns import StringColumn
from harness.errors import UnavailableError
from harness.retrievers.neural.cache import Encodings
from harness.retrievers.neural.layers import read_layer
from harness.retrievers.neural.transformer import Transformer
from harness.retrievers.rows import Float32s
from harness.retrievers.saved_arrays import parts
from harness.retrievers.sparse.impact_words import Words, first_places, words_of

HEAD: Final = "impact_score_encoder"
"""The network's name in the checkpoints of DeepImpact and DeeperImpact."""
STOP_WORDS: Final = "stop_words.txt"

Layers = tuple[tuple[Float32s, Float32s], ...]
"""Weights float32[m, d] and bias float32[m] of each layer; after each comes max(0, x)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImpactEncoder:
    """Impacts of a document's words; of a query only its words are taken, each once and with weight 1.

    Attributes:
        transformer: without a head.
        identity: hex hash of everything that decides the impacts of documents.
        layers: of the network; the last has one output.
        words: how texts are cut into words.
        stop_words: left out of queries.
    """

    transformer: Transformer
    identity: str
    layers: Layers
    words: Words
    stop_words: frozenset[str] = frozenset()

    def encode(self, texts: Sequence[str], *, query: bool) -> Encodings:
        """The words of each text with an impact above 0.

        Returns:
            ``bounds`` int64[n + 1]; ``words_data`` and ``words_offsets``, a column of e words, none twice
            in a text; ``weights`` float32[e].
        """
        found = [self._asked(text) for text in texts] if query else self._judged(texts)
        column = StringColumn.from_strings(word for weights in found for word in weights)
        return {
            "bounds": np.cumsum([0, *map(len, found)], dtype=np.int64),
            **parts("words", column),
            "weights": np.array([each for weights in found for each in weights.values()], dtype=np.float32),
        }

    def _asked(self, text: str) -> dict[str, float]:
        words = words_of(text, self.words, self.transformer.tokenizer, query=True)
        kept = first_places([word for word in words if word not in self.stop_words], [True] * len(words))
        return dict.fromkeys(kept, 1.0)

    def _judged(self, texts: Sequence[str]) -> list[dict[str, float]]:
        tokenizer = self.transformer.tokenizer
        cut = [words_of(text, self.words, tokenizer, query=False) for text in texts]
        by_row: dict[int, dict[str, float]] = {}
        for batch in self.transformer.batches([" ".join(words) for words in cut]):
            kept = (batch.mask & ~batch.special).numpy()
            states = batch.output.float().numpy()
            for row, line, chosen, ids in zip(batch.rows, states, kept, batch.ids.tolist(), strict=True):
                tokens = tokenizer.convert_ids_to_tokens(ids)
                initial = [bool(own) and token[:2] != "##" for own, token in zip(chosen, tokens, strict=True)]
                places = first_places(cut[row], initial)
                scores = impacts(line[list(places.values())], self.layers).tolist()
                by_row[row] = {w: score for w, score in zip(places, scores, strict=True) if score > 0}
        return [by_row[row] for row in range(len(texts))]


def impacts(states: Float32s, layers: Layers) -> Float32s:
    """float32[n]: what the network makes of hidden states, float32[n, d]."""
    for weight, bias in layers:
        states = np.maximum(states @ weight.T + bias, 0)
    return states[:, 0]


def read_network(folder: Path) -> Layers:
    """The layers of ``impact_score_encoder``, whatever numbers they have: one, or two with a hidden one.

    Raises:
        UnavailableError: the folder has no such network, or one that does not end in one output.
    """
    found = read_layer(folder, HEAD)
    numbers = sorted({int(match[1]) for name in found if (match := re.fullmatch(r"(\d+)\.weight", name))})
    layers = [(found[f"{number}.weight"], found.get(f"{number}.bias")) for number in numbers]
    if not layers or len(layers[-1][0]) != 1 or any(bias is None for _, bias in layers):
        raise UnavailableError(
            f"The checkpoint in {folder} has no network {HEAD} that ends in one impact (expected "
            f"{HEAD}.0.weight and {HEAD}.0.bias, and maybe {HEAD}.3 after them; found "
            f"{', '.join(sorted(found)) or 'none of them'}); the retriever deepimpact needs one."
        )
    return tuple((weight, bias) for weight, bias in layers if bias is not None)


def read_stop_words(folder: Path) -> frozenset[str]:
    """The words of ``stop_words.txt``, one a line.

    Raises:
        UnavailableError: the folder has no such file, or one that is not text.
    """
    path = folder / STOP_WORDS
    try:
        return frozenset(path.read_text(encoding="utf-8").split())
    except (OSError, ValueError) as error:
        raise UnavailableError(
            f"stop_words: true needs {path}, one word a line, and it cannot be read: {error}"
        ) from error


def check_tokenizer(tokenizer: Any, words: Words, folder: Path) -> None:
    """Refuse a tokenizer that words cannot be read with.

    Raises:
        UnavailableError: it is none of BERT's wordpieces.
    """
    backend: Any = getattr(tokenizer, "backend_tokenizer", None)
    model = type(getattr(backend, "model", None)).__name__
    if model != "WordPiece" or (words == "bert" and backend.pre_tokenizer is None):
        raise UnavailableError(
            f"The retriever deepimpact needs a fast tokenizer with BERT's wordpieces; the one in {folder} is "
            f"{type(tokenizer).__name__} ({model})."
        )
