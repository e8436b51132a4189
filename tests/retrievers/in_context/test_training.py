"""Training for BlockRank: the losses by hand, the schedule, and that it learns."""

from __future__ import annotations

import math
import random

import pytest

from harness.retrievers.in_context.blockrank import Prompt, attention_scores
from harness.retrievers.in_context.blocks import Blocks
from harness.retrievers.in_context.decoder import Decoder
from harness.retrievers.in_context.training import Example, Losses, Recipe, contrast, losses, rate_at, train
from harness.retrievers.neural.threads import limited_threads
from tests.retrievers.in_context.tiny import tiny_decoder


def test_the_contrast_worked_by_hand() -> None:
    """Shares 0.5, 0.3, 0.2 and temperature 0.1: exp of 5, 3, 2; documents 0 and 2 are relevant."""
    import torch

    scores = torch.tensor([0.5, 0.3, 0.2])
    weights = [math.exp(5), math.exp(3), math.exp(2)]
    expected = -math.log((weights[0] + weights[2]) / sum(weights))
    assert float(contrast(scores, [0, 2], 0.1)) == pytest.approx(expected, abs=1e-5)


def test_the_rate_rises_and_falls() -> None:
    """Four updates to warm up, then half a cosine over the other eight: at its middle half the rate."""
    recipe = Recipe(layer=1, steps=12, warm_up=4, rate=1.0)
    assert [rate_at(step, recipe) for step in (0, 1, 3)] == [0.25, 0.5, 1.0]
    assert rate_at(4, recipe) == 1.0
    assert rate_at(8, recipe) == pytest.approx(0.5)
    assert rate_at(11, recipe) < 0.05


def example(number: int) -> Example:
    """Three documents of random tokens; the relevant one holds the token that the query repeats."""
    draw = random.Random(number)
    positive = draw.randrange(3)
    wanted = draw.randrange(30, 60)
    documents = [[10 + i, *(draw.randrange(60, 95) for _ in range(4)), 20 + i] for i in range(3)]
    documents[positive][2] = wanted
    ids = [5, wanted, 6, *(token for document in documents for token in document), wanted, 7, 8]
    answer = [10 + positive, 9]
    blocks = Blocks(instruction=3, documents=(6, 6, 6), query=5)
    return Example([*ids, *answer], blocks, len(answer), [positive])


def share_of_the_relevant(decoder: Decoder, recipe: Recipe) -> float:
    """Mean S of the relevant document over examples that training does not see."""
    import torch

    total = 0.0
    with torch.inference_mode():
        for number in range(10_000, 10_040):
            each = example(number)
            blocks = Blocks(instruction=3, documents=each.blocks.documents, query=each.blocks.query - 2)
            prompt = Prompt(list(each.ids[:-2]), blocks)
            scores = attention_scores(decoder, prompt, recipe.layer, recipe.query_position, 2)
            total += float(scores[each.positives[0]])
    return total / 40


def test_training_moves_attention_to_relevant_documents_that_it_has_not_seen() -> None:
    import torch

    torch.manual_seed(0)
    decoder = tiny_decoder(hidden_size=64, intermediate_size=128, head_dim=16)
    recipe = Recipe(layer=2, steps=40, batch=4, rate=3e-3, warm_up=5, weight=1.0, query_position=40)
    told: list[Losses] = []
    with limited_threads():
        before = share_of_the_relevant(decoder, recipe)
        train(decoder, example, recipe, progress=lambda _step, both: told.append(both))
    assert len(told) == 40
    assert told[-1].answer < told[0].answer
    assert abs(before - 1 / 3) < 0.05, "random weights know nothing"
    assert share_of_the_relevant(decoder, recipe) > before + 0.1


def test_the_signal_tokens_do_not_see_the_answer() -> None:
    decoder, recipe = tiny_decoder(), Recipe(layer=2, query_position=40)
    one = example(1)
    other = one._replace(ids=[*one.ids[:-2], 50, 51])
    a, b = (float(losses(decoder, each, recipe).attention.detach()) for each in (one, other))
    assert a == pytest.approx(b, abs=1e-6)
