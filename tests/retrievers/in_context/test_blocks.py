"""BlockRank's attention: against an explicit mask, shuffled, padded, summed, and without a T x T matrix."""

from __future__ import annotations

import math
from typing import Any

import pytest

from harness.retrievers.in_context.blocks import Blocks, Layout, block_attention, causal, document_scores
from tests.retrievers.in_context.tiny import KINDS, model_of, tiny_decoder

BLOCKS = Blocks(instruction=5, documents=(3, 7, 1, 4), query=6)


def block_of(blocks: Blocks) -> list[int]:
    """0 for the instruction, 1 to N for documents, N + 1 for the query."""
    lengths = [blocks.instruction, *blocks.documents, blocks.query]
    return [number for number, length in enumerate(lengths) for _ in range(length)]


def visible(blocks: Blocks) -> Any:
    """The mask as the paper words it, token by token."""
    import torch

    of, last = block_of(blocks), len(blocks.documents) + 1
    mask = torch.zeros(blocks.total, blocks.total, dtype=torch.bool)
    for t in range(blocks.total):
        for s in range(blocks.total):
            same, instruction, from_query = of[s] == of[t], of[s] == 0, of[t] == last
            mask[t, s] = s <= t if same else instruction or (from_query and of[s] < last)
    return mask


def additive(mask: Any) -> Any:
    import torch

    return torch.zeros(mask.shape).masked_fill(~mask, -math.inf)[None, None]


def drawn(blocks: Blocks, seed: int = 0) -> tuple[Any, Any, Any]:
    import torch

    torch.manual_seed(seed)
    return tuple(torch.randn(heads, blocks.total, 8) for heads in (4, 2, 2))  # type: ignore[return-value]


def test_the_mask_of_three_blocks_worked_by_hand() -> None:
    found = visible(Blocks(instruction=2, documents=(2, 1), query=2)).int().tolist()
    assert found == [
        [1, 0, 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0, 0],
        [1, 1, 1, 0, 0, 0, 0],
        [1, 1, 1, 1, 0, 0, 0],
        [1, 1, 0, 0, 1, 0, 0],
        [1, 1, 1, 1, 1, 1, 0],
        [1, 1, 1, 1, 1, 1, 1],
    ]


def test_positions_of_three_blocks_worked_by_hand() -> None:
    blocks = Blocks(instruction=2, documents=(2, 1), query=2)
    assert blocks.positions(100) == [0, 1, 2, 3, 2, 100, 101]


@pytest.mark.parametrize("batch_tokens", [1, 20, 100_000])
@pytest.mark.parametrize(
    "blocks",
    [
        BLOCKS,
        Blocks(instruction=5, documents=(3, 7), query=0),
        Blocks(instruction=0, documents=(4, 1, 6), query=0),
    ],
)
def test_attention_is_that_of_the_explicit_mask(blocks: Blocks, batch_tokens: int) -> None:
    query, key, value = drawn(blocks)
    logits = query @ key.repeat_interleave(2, 0).transpose(1, 2) * 0.3
    weights = logits.masked_fill(~visible(blocks), -math.inf).softmax(-1)
    expected = weights @ value.repeat_interleave(2, 0)
    found = block_attention(query, key, value, Layout(blocks, batch_tokens=batch_tokens), 0.3)
    assert float((found - expected).abs().max()) < 1e-5


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_model_reads_as_with_the_explicit_mask(kind: str) -> None:
    import torch

    ids = [3 + 7 * i % 90 for i in range(BLOCKS.total)]
    with torch.inference_mode():
        expected = (
            model_of(kind)
            .get_decoder()(
                input_ids=torch.tensor([ids]),
                position_ids=torch.tensor([BLOCKS.positions(8192)]),
                attention_mask=additive(visible(BLOCKS)),
            )
            .last_hidden_state[0]
        )
        layout = Layout(BLOCKS)
        found = tiny_decoder(kind).hidden(
            ids, lambda _, q, k, v, s: block_attention(q, k, v, layout, s), positions=BLOCKS.positions(8192)
        )
    assert float((found - expected).abs().max()) < 1e-4


def test_padding_each_block_on_the_left_changes_nothing() -> None:
    """The paper pads blocks to one length and masks the pads both ways; ours are packed."""
    import torch

    longest, pad = 16, 0
    ids = [3 + 7 * i % 90 for i in range(BLOCKS.total)]
    lengths = [BLOCKS.instruction, *BLOCKS.documents, BLOCKS.query]
    padded, kept, positions = [], [], []
    for of, length in enumerate(lengths):
        start = sum(lengths[:of])
        padded += [pad] * (longest - length) + ids[start : start + length]
        kept += [False] * (longest - length) + [True] * length
        positions += [0] * (longest - length) + BLOCKS.positions(50)[start : start + length]
    real = torch.tensor(kept)
    wide = visible(Blocks(instruction=longest, documents=(longest,) * 4, query=longest))
    mask = wide & real[None, :] & real[:, None] | torch.eye(len(padded), dtype=torch.bool)
    with torch.inference_mode():
        expected = (
            model_of("Mistral")
            .get_decoder()(
                input_ids=torch.tensor([padded]),
                position_ids=torch.tensor([positions]),
                attention_mask=additive(mask),
            )
            .last_hidden_state[0][real]
        )
        layout = Layout(BLOCKS)
        found = tiny_decoder("Mistral").hidden(
            ids, lambda _, q, k, v, s: block_attention(q, k, v, layout, s), positions=BLOCKS.positions(50)
        )
    assert float((found - expected).abs().max()) < 1e-4


def test_scores_worked_by_hand() -> None:
    """One head, one signal, logits log 1, log 2 | log 5 over documents of two tokens and one: 3/8 and 5/8."""
    import torch

    blocks = Blocks(instruction=1, documents=(2, 1), query=1)
    key = torch.tensor([[[9.0], [math.log(1)], [math.log(2)], [math.log(5)], [9.0]]])
    found = document_scores(torch.ones(1, 1, 1), key, Layout(blocks), 1.0)
    assert found.tolist() == pytest.approx([3 / 8, 5 / 8])


def test_scores_sum_to_one_and_follow_the_documents() -> None:
    import torch

    query, key, _ = drawn(BLOCKS)
    scores = document_scores(query[:, -2:], key, Layout(BLOCKS), 0.3)
    assert float(scores.sum()) == pytest.approx(1)
    order = [2, 0, 3, 1]
    parts = list(key[:, 5:-6].split(BLOCKS.documents, dim=1))
    moved = torch.cat([key[:, :5], *(parts[i] for i in order), key[:, -6:]], dim=1)
    blocks = Blocks(instruction=5, documents=tuple(BLOCKS.documents[i] for i in order), query=6)
    again = document_scores(query[:, -2:], moved, Layout(blocks), 0.3)
    assert again.tolist() == pytest.approx([float(scores[i]) for i in order], abs=1e-6)


def test_causal_attention_of_the_last_tokens() -> None:
    query, key, value = drawn(BLOCKS)
    whole = causal(query, key, value, 0.3)
    tail = causal(query[:, -6:], key, value, 0.3)
    assert float((whole[:, -6:] - tail).abs().max()) < 1e-5
    assert float((causal(query[:, -1:], key, value, 0.3) - whole[:, -1:]).abs().max()) < 1e-5


def largest_tensor(documents: int) -> int:
    """Elements of the largest tensor that any operation of the attention makes."""
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    sizes: list[int] = []

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            made = function(*args, **(kwargs or {}))
            sizes.extend(x.numel() for x in torch.utils._pytree.tree_leaves(made) if torch.is_tensor(x))
            return made

    blocks = Blocks(instruction=8, documents=(8,) * documents, query=4)
    query, key, value = drawn(blocks)
    with Watch():
        layout = Layout(blocks)
        block_attention(query, key, value, layout, 0.3)
        document_scores(query[:, -2:], key, layout, 0.3)
    return max(sizes)


def test_no_tensor_grows_with_the_square_of_the_documents() -> None:
    """Twice the documents make the largest tensor at most twice as large; T x T would make it four times."""
    few, many = largest_tensor(100), largest_tensor(200)
    assert many <= 2.1 * few
    assert many < (8 + 200 * 8 + 4) ** 2 / 10
