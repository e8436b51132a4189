"""BlockRank's attention: documents see the instruction and themselves, the query block sees everything.

Gupta et al., "Scalable In-context Ranking with Generative Models", arXiv:2510.05396. A sequence is one
instruction block, N document blocks and one query block, packed without padding. Attention inside it is

- instruction: causal;
- a document: all of the instruction, causal inside the document, nothing of another document;
- query: all of the instruction and of every document, causal inside the query.

The first and the last block may be empty: without a query block the documents are so many prompts of equal
beginning. So the documents are one batch of short causal sequences, [instruction; document], and the query
block is a few rows over all keys: time and memory grow linearly with N, and no mask of T x T is ever made.
This module needs torch alone. T is the number of tokens, h heads, g key-value heads (h a multiple of g), d
their width.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

Tensor = Any
"""A torch.Tensor; torch is an optional package."""

BATCH_TOKENS = 16_384
"""Tokens of documents, with their copies of the instruction, that are attended over at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """Lengths in tokens of the blocks of a packed sequence, in its order.

    Attributes:
        instruction: of the first block.
        documents: of each document.
        query: of the last block.
    """

    instruction: int
    documents: tuple[int, ...]
    query: int

    @property
    def total(self) -> int:
        """T."""
        return self.instruction + sum(self.documents) + self.query

    @property
    def starts(self) -> list[int]:
        """Where each document begins; one more entry for the query block."""
        return list(accumulate(self.documents, initial=self.instruction))

    def positions(self, query_position: int) -> list[int]:
        """Position ids: every document starts where the instruction ends, the query at ``query_position``."""
        ids = list(range(self.instruction))
        for length in self.documents:
            ids.extend(range(self.instruction, self.instruction + length))
        return ids + list(range(query_position, query_position + self.query))


class Layout:
    """Index tensors of :class:`Blocks` on a device, made once and used in every layer.

    Attributes:
        batches: (rows, kept) for batches of n documents: ``rows`` [n, p + longest] are the tokens of
            [instruction; document], padded on the right by tokens that no real one sees; ``kept`` are the
            real ones of the documents in n * longest, None for all.
        owner [tokens of documents]: the number of the document each belongs to.
    """

    def __init__(self, blocks: Blocks, device: Any = None, batch_tokens: int = BATCH_TOKENS) -> None:
        import torch

        self.blocks = blocks
        self.batches: list[tuple[Tensor, Tensor | None]] = []
        lengths, starts = torch.tensor(blocks.documents), blocks.starts
        first = 0
        while first < len(blocks.documents):
            last = _batch_end(blocks, first, batch_tokens)
            longest = int(lengths[first:last].max())
            offsets = torch.arange(longest)
            valid = offsets[None, :] < lengths[first:last, None]
            own = torch.tensor(starts[first:last])[:, None] + torch.where(valid, offsets[None, :], 0)
            shared = torch.arange(blocks.instruction).expand(last - first, -1)
            rows = torch.cat([shared, own], dim=1).to(device)
            kept = None if bool(valid.all()) else valid.flatten().nonzero()[:, 0].to(device)
            self.batches.append((rows, kept))
            first = last
        self.owner = torch.repeat_interleave(torch.arange(len(blocks.documents)), lengths).to(device)


def _batch_end(blocks: Blocks, first: int, batch_tokens: int) -> int:
    """Where a batch that begins with a document ends: at ``batch_tokens``, after one document at least."""
    longest, end = 0, first
    while end < len(blocks.documents):
        longest = max(longest, blocks.documents[end])
        if end > first and (end + 1 - first) * (blocks.instruction + longest) > batch_tokens:
            break
        end += 1
    return end


def block_attention(query: Tensor, key: Tensor, value: Tensor, layout: Layout, scaling: float) -> Tensor:
    """Attention over a packed sequence of blocks.

    Args:
        query: [h, T, d].
        key: [g, T, d].
        value: [g, T, d].
        layout: of the sequence.
        scaling: factor of the products.

    Returns:
        [h, T, d].
    """
    import torch

    blocks = layout.blocks
    parts = []
    if blocks.instruction:
        head = slice(0, blocks.instruction)
        parts.append(causal(query[:, head], key[:, head], value[:, head], scaling).transpose(0, 1))
    by_token = [tensor.transpose(0, 1) for tensor in (query, key, value)]  # as it lies in memory: whole rows
    for rows, kept in layout.batches:
        q, k, v = (tensor[rows].transpose(1, 2) for tensor in by_token)
        made = causal(q, k, v, scaling).transpose(1, 2)[:, blocks.instruction :].flatten(0, 1)
        parts.append(made if kept is None else made[kept])
    if blocks.query:
        tail = query[:, blocks.total - blocks.query :]
        parts.append(causal(tail, key, value, scaling).transpose(0, 1))
    return torch.cat(parts).transpose(0, 1)


def causal(query: Tensor, key: Tensor, value: Tensor, scaling: float) -> Tensor:
    """Causal attention whose queries are the last of the keys: [..., h, t, d] over [..., g, s, d], t <= s."""
    import torch
    from torch.nn.attention.bias import causal_lower_right
    from torch.nn.functional import scaled_dot_product_attention as attention

    t, s = query.shape[-2], key.shape[-2]
    if t == 1 < query.shape[-3] // key.shape[-3]:  # heads of the same keys as rows of one: keys stay uncopied
        rows = query.unflatten(-3, (key.shape[-3], -1)).squeeze(-2)
        return attention(rows[None], key[None], value[None], scale=scaling)[0].flatten(-3, -2).unsqueeze(-2)
    mask: Any = None
    if 1 < t < s:  # on a GPU only described, which the flash kernels understand
        mask = causal_lower_right(t, s) if query.is_cuda else torch.ones(t, s, dtype=torch.bool).tril(s - t)
    single = query.dim() == 3
    q, k, v = (tensor[None] if single else tensor for tensor in (query, key, value))
    grouped = query.shape[-3] != key.shape[-3]
    if grouped and not query.is_cuda:  # the fast kernels of the processor want as many keys as queries
        times = query.shape[-3] // key.shape[-3]
        k, v = k.repeat_interleave(times, dim=1), v.repeat_interleave(times, dim=1)
        grouped = False
    made = attention(q, k, v, attn_mask=mask, is_causal=t == s, scale=scaling, enable_gqa=grouped)
    return made[0] if single else made


def attend_rows(query: Tensor, key: Tensor, value: Tensor, scaling: float) -> tuple[Tensor, Tensor]:
    """What the last tokens of a sequence take from all of it, causally, with the weights.

    Memory is h * t * T: for the few rows of a query.

    Args:
        query: [h, t, d], of the last t tokens.
        key: [g, T, d].
        value: [g, T, d].
        scaling: factor of the products.

    Returns:
        [h, t, d] and the weights [h, t, T] in single precision; each row of weights sums to one.
    """
    import torch

    h, t, d = query.shape
    g, length, _ = key.shape
    logits = row_logits(query, key, scaling)
    ahead = torch.ones(t, t, dtype=torch.bool, device=query.device).triu(1)
    logits[:, :, length - t :].masked_fill_(ahead, -math.inf)
    weights = logits.softmax(dim=-1)
    made = weights.to(value.dtype).view(g, h // g * t, length) @ value
    return made.view(h, t, d), weights


def row_logits(query: Tensor, key: Tensor, scaling: float) -> Tensor:
    """Scaled products of rows [h, t, d] with keys [g, T, d]: [h, t, T] in single precision."""
    h, t, d = query.shape
    g = key.shape[0]
    products = query.reshape(g, h // g * t, d) @ key.transpose(1, 2)
    return products.view(h, t, key.shape[1]).float() * scaling


def document_scores(query: Tensor, key: Tensor, layout: Layout, scaling: float) -> Tensor:
    """S(q, d) of equation 4: attention of the signal tokens to each document, over documents alone.

    The softmax runs over all tokens of all documents; a document's score is the sum over its tokens, averaged
    over heads and signal tokens. Scores sum to one.

    Args:
        query: [h, signals, d], the signal tokens at the scoring layer.
        key: [g, T, d], of the whole sequence or of its first tokens up to the query block.
        layout: of the sequence.
        scaling: factor of the products.

    Returns:
        [N] in single precision.
    """
    import torch

    blocks = layout.blocks
    tokens = key[:, blocks.instruction : blocks.total - blocks.query]
    weights = row_logits(query, tokens, scaling).softmax(dim=-1).mean(dim=(0, 1))
    return torch.zeros(len(blocks.documents), device=weights.device).index_add(0, layout.owner, weights)
