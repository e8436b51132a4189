"""The hidden state and the next-word logits after a prompt that asks for a text's one word."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from harness.retrievers.dense.encoder import shaped
from harness.retrievers.lexical.analysis import STOP_WORDS
from harness.retrievers.neural.cache import Encodings
from harness.retrievers.neural.language_model import LanguageModel, Precision, load_model, vocabulary_size
from harness.retrievers.rows import Float32s, Int32s

SYSTEM: Final = "You are an AI assistant that can understand human language."
REQUEST: Final = (
    '{kind}: "{text}". Use one word to represent the {what} in a retrieval task. '
    "Make sure your word is in lowercase."
)
ANSWER: Final = 'The word is: "'
FALLBACK_TERMS: Final = 10
"""Heaviest entries of the whole vocabulary, for a text of which no word is left."""

TOGETHER: Final = 512
"""Tokens that are read at once: of SmolLM2-135M's states more leave the processor's cache."""

_PLACE = "\ue000"  # stands for the text while the prompt is cut into its two halves
_WORD = re.compile(r"\w+")


@dataclass(slots=True, kw_only=True, eq=False)
class PromptRepsEncoder:
    """A language model, loaded when first used.

    Attributes:
        checkpoint, revision, precision: of the model.
        identity: hex hash of everything that decides the encodings of documents.
        max_length: tokens of a text, without the prompt.
        terms: heaviest terms kept of a text.
        batch_size: texts at a time; fewer where together they have more than :data:`TOGETHER` tokens.
    """

    checkpoint: str
    revision: str | None
    precision: Precision
    identity: str
    max_length: int
    terms: int
    batch_size: int
    _model: LanguageModel | None = field(default=None, init=False)
    _halves: dict[bool, tuple[list[int], list[int]]] = field(default_factory=dict, init=False)
    _openings: dict[tuple[int, ...], Any] = field(default_factory=dict, init=False)

    @property
    def vocabulary_size(self) -> int:
        """Entries of the model's vocabulary; where all encodings were kept, the weights are never read."""
        return vocabulary_size(self.checkpoint, self.revision)

    def encode(self, texts: Sequence[str], *, query: bool) -> Encodings:
        """Both representations.

        Returns:
            ``vectors`` float32[n, d] of length 1; ``bounds`` int64[n + 1], ``terms`` int32[e] ascending
            inside a text and ``weights`` float32[e], log(1 + logit).
        """
        tokenizer = self._load().tokenizer
        before, after = self._prompt(query)
        read = tokenizer(list(texts), add_special_tokens=False, truncation=True, max_length=self.max_length)
        prompts = [ids + after for ids in read["input_ids"]]
        order = sorted(range(len(texts)), key=lambda row: (-len(prompts[row]), row))
        states: dict[int, Float32s] = {}
        found: dict[int, tuple[Int32s, Float32s]] = {}
        for rows in batches(order, [len(prompt) for prompt in prompts], self.batch_size):
            made, logits = self._run(before, [prompts[row] for row in rows])
            for row, state, line in zip(rows, made, logits, strict=True):
                states[row] = state
                found[row] = lean(line, self._words(texts[row]), self.terms)
        ordered = [found[row] for row in range(len(texts))]
        return {
            "vectors": shaped(np.stack([states[row] for row in range(len(texts))]), None, True),
            "bounds": np.cumsum([0, *(len(terms) for terms, _ in ordered)], dtype=np.int64),
            "terms": np.concatenate([terms for terms, _ in ordered]),
            "weights": np.concatenate([weights for _, weights in ordered]),
        }

    def _run(self, before: Sequence[int], prompts: Sequence[Sequence[int]]) -> tuple[Float32s, Float32s]:
        """The last hidden state, float32[n, d], and the logits, float32[n, vocabulary], of the last token.

        Prompts are padded on the right, where no real token sees the padding. What stands before all of them
        is read once.
        """
        import torch

        model = self._load().model
        longest = max(map(len, prompts))
        ids = torch.zeros((len(prompts), longest), dtype=torch.long)
        mask = torch.ones((len(prompts), len(before) + longest), dtype=torch.long)
        for row, prompt in enumerate(prompts):
            ids[row, : len(prompt)] = torch.tensor(prompt)
            mask[row, len(before) + len(prompt) :] = 0
        last = torch.tensor([len(prompt) - 1 for prompt in prompts])
        device = model.device
        with torch.inference_mode():
            cache = self._opening(before)
            cache.batch_repeat_interleave(len(prompts))
            hidden = model.get_decoder()(
                input_ids=ids.to(device),
                attention_mask=mask.to(device),
                past_key_values=cache,
                use_cache=True,
            ).last_hidden_state
            state = hidden[torch.arange(len(prompts)), last.to(device)]
            logits = model.get_output_embeddings()(state)
        return state.float().cpu().numpy(), logits.float().cpu().numpy()

    def _opening(self, before: Sequence[int]) -> Any:
        """Keys and values of the tokens before a text, for one text; a copy that may be extended."""
        import torch
        from transformers import DynamicCache

        key = tuple(before)
        if key not in self._openings:
            model = self._load().model
            cache = DynamicCache(config=model.config)
            model.get_decoder()(
                input_ids=torch.tensor([list(before)], device=model.device),
                past_key_values=cache,
                use_cache=True,
            )
            self._openings[key] = cache
        return copy.deepcopy(self._openings[key])

    def _words(self, text: str) -> Int32s:
        """The tokens of the text's words in lower case, each word read by itself, without stop words."""
        words = sorted({word for word in _WORD.findall(text.lower()) if word not in STOP_WORDS})
        if not words:
            return np.empty(0, dtype=np.int32)
        ids = self._load().tokenizer(words, add_special_tokens=False)["input_ids"]
        return np.unique(np.array([token for some in ids for token in some], dtype=np.int32))

    def _prompt(self, query: bool) -> tuple[list[int], list[int]]:
        """The tokens before and after the text."""
        if query not in self._halves:
            tokenizer = self._load().tokenizer
            kind = "Query" if query else "Passage"
            request = REQUEST.format(kind=kind, what=kind.lower(), text=_PLACE)
            if tokenizer.chat_template:
                turns = [
                    {"role": "system", "content": SYSTEM},
                    {"role": "user", "content": request},
                    {"role": "assistant", "content": ANSWER},
                ]
                whole = tokenizer.apply_chat_template(turns, tokenize=False, continue_final_message=True)
            else:
                whole = f"{SYSTEM}\n{request}\n{ANSWER}"
            before, _, after = whole.partition(_PLACE)
            halves = [tokenizer(part, add_special_tokens=False)["input_ids"] for part in (before, after)]
            self._halves[query] = halves[0], halves[1]
        return self._halves[query]

    def _load(self) -> LanguageModel:
        if self._model is None:
            self._model = load_model(self.checkpoint, self.revision, self.precision)
        return self._model


def batches(order: Sequence[int], lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Texts in an order from long to short, ``most`` at a time, of :data:`TOGETHER` tokens; or one text.

    Args:
        order: numbers of the texts.
        lengths: of each text in tokens, by its number; shorter ones are padded to the longest of a batch.
        most: texts of a batch at most.
    """
    start = 0
    while start < len(order):
        stop = start + max(1, min(most, TOGETHER // lengths[order[start]]))
        yield list(order[start:stop])
        start = stop


def lean(logits: Float32s, allowed: Int32s, most: int) -> tuple[Int32s, Float32s]:
    """The heaviest terms, of weight log(1 + max(0, logit)), ascending; of equal weights the lower term.

    Args:
        logits: float32[vocabulary].
        allowed: int32[a], ascending: the terms of the text; the whole vocabulary's first ten where none of
            them has a weight.
        most: how many are kept.
    """
    weights = np.log1p(np.maximum(logits[allowed], 0))
    chosen = allowed[weights > 0]
    weights = weights[weights > 0]
    if not len(chosen):
        most = min(most, FALLBACK_TERMS)
        chosen = np.flatnonzero(logits > 0).astype(np.int32)
        weights = np.log1p(logits[chosen])
    best = np.sort(np.lexsort((chosen, -weights))[:most])
    return chosen[best].astype(np.int32), weights[best].astype(np.float32)
