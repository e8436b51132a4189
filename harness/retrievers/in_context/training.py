"""Training a decoder to rank by BlockRank's attention: the answer's tokens and the signal tokens teach it.

N. Gupta et al., arXiv:2510.05396, section 3: the loss is that of the next token on the answer, plus 0.1 times
InfoNCE over S(q, d) at one middle layer with temperature 0.05. Needs torch and transformers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from harness.retrievers.in_context.blocks import Blocks, Layout, Tensor, block_attention, document_scores
from harness.retrievers.in_context.decoder import Decoder


class Example(NamedTuple):
    """A prompt with its answer.

    Attributes:
        ids: tokens of the prompt, up to the ``[`` with which the answer begins, then of the answer.
        blocks: their lengths; the answer belongs to the query block.
        answer: tokens of the answer after ``[``: the number of a relevant document and ``]``.
        positives: numbers of the relevant documents.
    """

    ids: Sequence[int]
    blocks: Blocks
    answer: int
    positives: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a decoder is trained; AdamW without weight decay, linear warm-up, then half a cosine.

    Attributes:
        layer: the scoring layer, from 0.
        steps: updates of the weights.
        batch: examples of one update.
        rate: the highest learning rate.
        warm_up: updates before it is reached.
        clip: largest norm of the gradient.
        weight: of the attention's loss (lambda).
        temperature: of the attention's loss (tau).
        signal_tokens: tokens before the answer whose attention counts.
        query_position: position id of the query block.
    """

    layer: int
    steps: int = 300
    batch: int = 8
    rate: float = 2e-5
    warm_up: int = 30
    clip: float = 1.0
    weight: float = 0.1
    temperature: float = 0.05
    signal_tokens: int = 2
    query_position: int = 16_384


class Losses(NamedTuple):
    """The two parts of the loss of an example, as tensors or numbers."""

    answer: Any
    attention: Any


def losses(decoder: Decoder, example: Example, recipe: Recipe) -> Losses:
    """Next-token loss on the answer, and InfoNCE over the documents' scores at the scoring layer."""
    import torch
    from torch.nn.functional import cross_entropy

    layout = Layout(example.blocks, decoder.model.device)
    last = len(example.ids) - example.answer  # the first token of the answer
    found: list[Tensor] = []

    def attend(number: int, query: Tensor, key: Tensor, value: Tensor, scaling: float) -> Tensor:
        if number == recipe.layer:
            signals = query[:, last - recipe.signal_tokens : last]
            found.append(document_scores(signals, key, layout, scaling))
        return block_attention(query, key, value, layout, scaling)

    hidden = decoder.hidden(example.ids, attend, positions=example.blocks.positions(recipe.query_position))
    wanted = torch.tensor(list(example.ids[last:]), device=hidden.device)
    answer = cross_entropy(decoder.logits(hidden[last - 1 : -1]), wanted)
    return Losses(answer, contrast(found[0], example.positives, recipe.temperature))


def contrast(scores: Tensor, positives: Sequence[int], temperature: float) -> Tensor:
    """-log of the share of exp(S / tau) that the relevant documents have."""
    logits = scores / temperature
    return logits.logsumexp(0) - logits[list(positives)].logsumexp(0)


def rate_at(step: int, recipe: Recipe) -> float:
    """Learning rate of an update, counted from 0."""
    if step < recipe.warm_up:
        return recipe.rate * (step + 1) / recipe.warm_up
    done = (step - recipe.warm_up) / max(1, recipe.steps - recipe.warm_up)
    return recipe.rate * 0.5 * (1 + math.cos(math.pi * done))


def train(
    decoder: Decoder,
    examples: Callable[[int], Example],
    recipe: Recipe,
    *,
    progress: Callable[[int, Losses], None] = lambda _step, _losses: None,
) -> None:
    """Change the decoder's weights in place.

    Args:
        decoder: a model in single precision.
        examples: gives the n-th example, from 0; ``steps`` times ``batch`` are asked for, in order.
        recipe: how.
        progress: called after each update with its number and the mean losses of its examples.
    """
    import torch

    decoder.model.train()
    optimiser = torch.optim.AdamW(decoder.model.parameters(), lr=recipe.rate, weight_decay=0.0)
    for step in range(recipe.steps):
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, recipe)
        sums = [0.0, 0.0]
        for number in range(step * recipe.batch, (step + 1) * recipe.batch):
            both = losses(decoder, examples(number), recipe)
            ((both.answer + recipe.weight * both.attention) / recipe.batch).backward()
            sums = [total + float(part.detach()) for total, part in zip(sums, both, strict=True)]
        torch.nn.utils.clip_grad_norm_(decoder.model.parameters(), recipe.clip)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        progress(step, Losses(*(total / recipe.batch for total in sums)))
    decoder.model.eval()
