"""Weighted terms of a text, from the next-word logits of a causal language model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from harness.retrievers.neural.cache import Encodings
from harness.retrievers.neural.language_model import LanguageModel, Precision, load_model
from harness.retrievers.rows import Float32s

TEXT: Final = "{text}"
"""Where a template has the text; the logits of its last occurrence are pooled."""


@dataclass(slots=True, kw_only=True, eq=False)
class DecoderEncoder:
    """w_j = log(1 + max(0, max over the tokens i of the text's last occurrence of logit_ij)).

    Attributes:
        checkpoint, revision, precision: of the model, which is loaded when first used.
        identity: hex hash of everything that decides the weights of documents.
        query_template, document_template: what is read of a text, with ``{text}`` once or more.
        max_length: tokens of a text, each occurrence alike; the template's are not counted.
        batch_size: texts at a time.
    """

    checkpoint: str
    revision: str | None
    precision: Precision
    identity: str
    query_template: str
    document_template: str
    max_length: int
    batch_size: int
    _model: LanguageModel | None = field(default=None, init=False)

    @property
    def vocabulary_size(self) -> int:
        """Entries of the model's vocabulary."""
        return int(self._load().model.config.vocab_size)

    def encode(self, texts: Sequence[str], *, query: bool) -> Encodings:
        """``bounds`` int64[n + 1], ``terms`` int32[e] ascending inside a text, ``weights`` float32[e] > 0."""
        prompts = self._prompts(texts, self.query_template if query else self.document_template)
        order = sorted(range(len(texts)), key=lambda row: (-len(prompts[row][0]), row))
        weights: dict[int, Float32s] = {}
        for start in range(0, len(order), self.batch_size):
            rows = order[start : start + self.batch_size]
            weights.update(zip(rows, self._pooled([prompts[row] for row in rows]), strict=True))
        lines = [weights[row] for row in range(len(texts))]
        terms = [np.flatnonzero(line > 0).astype(np.int32) for line in lines]
        return {
            "bounds": np.cumsum([0, *map(len, terms)], dtype=np.int64),
            "terms": np.concatenate(terms),
            "weights": np.concatenate([line[chosen] for line, chosen in zip(lines, terms, strict=True)]),
        }

    def _prompts(self, texts: Sequence[str], template: str) -> list[tuple[list[int], slice]]:
        """The tokens of each text in its template, and where its last occurrence stands."""
        tokenizer = self._load().tokenizer
        read = tokenizer(list(texts), add_special_tokens=False, truncation=True, max_length=self.max_length)
        literal = [_plain(tokenizer, piece) for piece in template.split(TEXT)]
        begin = [tokenizer.bos_token_id] if _begins(tokenizer) else []
        prompts = []
        for ids in read["input_ids"]:
            before = begin + [token for piece in literal[:-2] for token in [*piece, *ids]] + literal[-2]
            prompts.append((before + ids + literal[-1], slice(len(before), len(before) + len(ids))))
        return prompts

    def _pooled(self, prompts: Sequence[tuple[list[int], slice]]) -> list[Float32s]:
        """float32[vocabulary] for each prompt; they are padded on the right, where no real token sees it."""
        import torch

        model = self._load().model
        longest = max(len(ids) for ids, _ in prompts)
        ids = torch.zeros((len(prompts), longest), dtype=torch.long)
        mask = torch.zeros_like(ids)
        for row, (prompt, _) in enumerate(prompts):
            ids[row, : len(prompt)] = torch.tensor(prompt)
            mask[row, : len(prompt)] = 1
        with torch.inference_mode():
            logits = model(
                input_ids=ids.to(model.device), attention_mask=mask.to(model.device), use_cache=False
            ).logits
            logits = logits.clamp_(min=0.0)  # large: no copy
            nothing = logits.new_zeros(1, logits.shape[2])  # for a text of which no token is left
            greatest = [
                torch.cat([logits[row, span], nothing]).amax(dim=0) for row, (_, span) in enumerate(prompts)
            ]
            weights = torch.stack(greatest).float().log1p_().cpu()
        return list(weights.numpy())

    def _load(self) -> LanguageModel:
        if self._model is None:
            self._model = load_model(self.checkpoint, self.revision, self.precision)
        return self._model


def _plain(tokenizer: Any, piece: str) -> list[int]:
    ids: list[int] = tokenizer(piece, add_special_tokens=False)["input_ids"] if piece else []
    return ids


def _begins(tokenizer: Any) -> bool:
    """Whether the tokenizer puts a token before every text."""
    first = tokenizer("a")["input_ids"][:1]
    return tokenizer.bos_token_id is not None and first == [tokenizer.bos_token_id]
