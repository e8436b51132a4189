"""BlockRank, ICR, query likelihood, greedy decoding: mechanisms on a tiny model."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import DatasetError, SpecError, UnavailableError
from harness.records import Document, Query
from harness.retrievers.in_context import likelihood
from harness.retrievers.in_context.blockrank import BlockRank, BlockRanker, shuffled
from harness.retrievers.in_context.blocks import row_logits
from harness.retrievers.in_context.chat import Message
from harness.retrievers.in_context.decoder import Decoder, plain
from harness.retrievers.in_context.icr import AttentionRanker, InContextReranking, kept_sum
from harness.retrievers.in_context.likelihood import LikelihoodRanker, QueryLikelihood, together
from harness.retrievers.in_context.local import LocalModel
from harness.retrievers.in_context.template import read_template
from harness.retrievers.in_context.weighted import shortened
from harness.retrievers.neural.language_model import LanguageModel
from tests.retrievers.in_context.tiny import model_of, tiny_decoder

QUERY = Query("q", "fresh apples")
TEXTS = ("apples are red", "a pear", "the history of trade in fruit", "fresh fruit and fresh apples")
DOCUMENTS = [Document(f"d{i}", "Fruit", text) for i, text in enumerate(TEXTS)]
FIRST = [4.0, 3.0, 2.0, 1.0]


def block_ranker(**parameters: Any) -> BlockRanker:
    given = BlockRank(query_position=100, layer=2, **parameters)
    return BlockRanker(given, tiny_decoder(), read_template(given.template, "blockrank"))


def test_blockrank_scores_are_shares_and_do_not_depend_on_the_order_of_the_blocks() -> None:
    ranker = block_ranker(shuffle_seed=None)
    found = ranker.rank(QUERY, DOCUMENTS, FIRST)
    assert sum(found.scores) == pytest.approx(1)
    assert found.counts["calls"] == 1
    assert found.counts["prompt_tokens"] > 40
    label = ranker.template.label
    numbers = {label(place): str(place) for place in range(4)}
    assert numbers == {"0": "0", "1": "1", "2": "2", "3": "3"}
    # the same numbered blocks in another order: numbers are put into the texts by hand
    template = ranker.template.model_copy(update={"body": "\n{document}"})
    named = [Document(d.id, "", f"ID {i} {d.text}") for i, d in enumerate(DOCUMENTS)]
    fixed = BlockRanker(ranker.parameters, ranker.decoder, template)
    straight = fixed.rank(QUERY, named, FIRST).scores
    mixed = fixed.rank(QUERY, [named[i] for i in (2, 0, 3, 1)], FIRST).scores
    assert list(mixed) == pytest.approx([straight[i] for i in (2, 0, 3, 1)], abs=1e-6)


def test_the_shuffle_is_fixed_by_seed_and_query() -> None:
    assert shuffled(9, 0, "q") == shuffled(9, 0, "q")
    assert sorted(shuffled(9, 0, "q")) == list(range(9))
    assert len({tuple(shuffled(9, seed, query)) for seed in (0, 1) for query in ("a", "b")}) == 4
    assert shuffled(4, None, "q") == [0, 1, 2, 3]
    ranker = block_ranker(shuffle_seed=1)
    assert ranker.rank(QUERY, DOCUMENTS, FIRST).scores == ranker.rank(QUERY, DOCUMENTS, FIRST).scores


def test_the_pass_ends_at_the_scoring_layer() -> None:
    ranker = block_ranker()
    seen: list[int] = []
    for number, layer in enumerate(ranker.decoder.model.model.layers):
        layer.mlp.register_forward_hook(lambda *_, number=number: seen.append(number))
    ranker.rank(QUERY, DOCUMENTS, FIRST)
    assert seen == [0, 1], "of layer 2 only queries and keys are needed, and layer 3 is not reached"


def test_long_documents_are_cut_before_their_closing_mark() -> None:
    assert shortened([1, 2, 3, 4, 8, 9], 4, [8, 9]) == [1, 2, 8, 9]
    assert shortened([1, 2], 4, [8]) == [1, 2]
    prompt = block_ranker(max_document_tokens=20).prompt("x", ["word " * 50, "short"])
    assert prompt.blocks.documents[0] == 20
    assert prompt.blocks.documents[1] < 20


def icr(**parameters: Any) -> AttentionRanker:
    decoder = tiny_decoder()
    given = InContextReranking(**parameters)
    heads = given.heads or [(layer, head) for layer in (given.layers or range(4)) for head in range(4)]
    chosen: dict[int, list[int]] = {}
    for layer, head in heads:
        chosen.setdefault(layer, []).append(head)
    return AttentionRanker(given, decoder, read_template(given.template, "attention"), chosen)


@pytest.mark.parametrize("subset", [{}, {"layers": (0, 2)}, {"heads": ((1, 0), (2, 3))}], ids=str)
def test_icr_is_the_calibrated_attention_of_two_dense_passes(subset: dict[str, Any]) -> None:
    import torch

    ranker = icr(**subset)
    found = ranker.rank(QUERY, DOCUMENTS, FIRST).scores
    head, bodies = ranker._context(QUERY.text, DOCUMENTS[::-1])
    context = [*head, *(token for body in bodies for token in body)]
    sums = []
    for query in (QUERY.text, "N/A"):
        tail = ranker._tail(query, 4)
        total = torch.zeros(len(context))

        def attend(layer: int, q: Any, k: Any, v: Any, scaling: float, total: Any = total) -> Any:
            logits = row_logits(q, k, scaling)
            ahead = torch.ones(logits.shape[1:], dtype=torch.bool).triu(1)
            weights = logits.masked_fill(ahead, float("-inf")).softmax(-1)
            for each in ranker.chosen.get(layer, []):
                total.add_(weights[each, len(context) :, : len(context)].mean(0))
            return plain(layer, q, k, v, scaling)

        with torch.inference_mode():
            ranker.decoder.hidden([*context, *tail], attend)
        sums.append(total)
    parts = (sums[0] - sums[1])[len(head) :].split([len(body) for body in bodies])
    expected = [float(kept_sum(part)) for part in parts][::-1]
    assert list(found) == pytest.approx(expected, abs=1e-5)


def test_tokens_far_below_the_mean_are_dropped() -> None:
    """Nine tokens of 1 and one of -9: mean 0, deviation sqrt(10); -9 is below -2 sqrt(10)."""
    import torch

    assert float(kept_sum(torch.tensor([1.0] * 9 + [-9.0]))) == 9


@pytest.mark.parametrize("tokens_at_once", [1, 40, 1024])
def test_query_likelihood_is_the_mean_log_probability(
    tokens_at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(likelihood, "TOGETHER", tokens_at_once)
    given = QueryLikelihood()
    decoder = tiny_decoder("Qwen2")
    ranker = LikelihoodRanker(given, decoder, read_template("likelihood", "likelihood"))
    found = ranker.rank(QUERY, DOCUMENTS, FIRST)
    wanted = decoder.ids(QUERY.text)
    for document, score in zip(DOCUMENTS, found.scores, strict=True):
        prompt = ranker.prompt(QUERY.text, document)
        with torch.inference_mode():
            logits = decoder.model(input_ids=torch.tensor([[*prompt, *wanted]]), attend=plain).logits[0]
        rows = logits[len(prompt) - 1 : -1].log_softmax(-1)
        assert score == pytest.approx(
            sum(float(r[t]) for r, t in zip(rows, wanted, strict=True)) / 2, abs=1e-5
        )
    assert found.counts["calls"] == 4


def test_prompts_are_read_together_in_their_order_up_to_a_number_of_tokens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(likelihood, "TOGETHER", 10)
    bodies = [[1] * length for length in (3, 2, 9, 0, 4, 4)]
    found = [[len(body) for body in some] for some in together(bodies, 1)]
    assert found == [[3, 2], [9], [0, 4], [4]]
    assert list(together([], 1)) == []


def test_greedy_decoding_is_that_of_repeated_passes() -> None:
    import torch

    decoder = tiny_decoder("Mistral")
    model = LocalModel(decoder)
    message = Message("", "rank these documents", "[")
    made = model.complete(message, 6)
    ids = [*decoder.ids("rank these documents\n["), *()]
    expected: list[int] = []
    with torch.inference_mode():
        while len(expected) < 6:
            token = int(decoder.logits(decoder.hidden([*ids, *expected], plain))[-1].argmax())
            if token == 2:
                break
            expected.append(token)
    assert made.text == decoder.tokenizer.decode(expected)
    assert made.generated_tokens == len(expected)
    choice = model.choose(message, ["A", "B"])
    assert all(score < 0 for score in choice.scores)


def blanks_first() -> Any:
    """A tokenizer that, as Llama's and Mistral's, puts a blank before a text, a token with what follows."""
    from tokenizers import Tokenizer, models, normalizers
    from transformers import PreTrainedTokenizerFast

    words = [
        "<unk>",
        "</s>",
        "\u2581",
        "[",
        "]",
        "A",
        "B",
        "\u2581[",
        "\u2581A",
        "\u2581B",
        ":",
        "\u2581\u2581",
    ]
    merges = [("\u2581", each) for each in ("[", "A", "B", "\u2581")]
    vocabulary = {word: number for number, word in enumerate(words)}
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>", fuse_unk=True))
    made.normalizer = normalizers.Sequence(
        [normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")]
    )
    return PreTrainedTokenizerFast(tokenizer_object=made, eos_token="</s>", unk_token="<unk>")


@pytest.mark.parametrize("answer", ["[", ":", ""])
def test_the_first_token_is_the_one_that_goes_on_from_the_prompt(answer: str) -> None:
    """Of a text on its own, "A" is the token \u2581A, and " A" begins with the blank of every text."""
    import torch

    tokenizer = blanks_first()
    assert [tokenizer.tokenize(text) for text in ("A", " B")] == [["\u2581A"], ["\u2581", "\u2581B"]]
    decoder = Decoder(LanguageModel(model=model_of("Mistral", vocab_size=12), tokenizer=tokenizer))
    message = Message("", "B A", answer)
    with torch.inference_mode():
        logits = decoder.logits(decoder.hidden(decoder.ids(f"B A\n{answer}"), plain))[-1].log_softmax(dim=-1)
    choice = LocalModel(decoder).choose(message, ["A", "B"])
    pairs = [("A", "\u2581A"), ("B", "\u2581B")]
    expected = [max(float(logits[n]) for n in tokenizer.convert_tokens_to_ids(pair)) for pair in pairs]
    assert list(choice.scores) == pytest.approx(expected)


def test_what_a_model_cannot_do_is_said() -> None:
    ranker = icr()
    ranker.decoder.model.config.max_position_embeddings = 50
    with pytest.raises(DatasetError, match="reads 50; lower the depth"):
        ranker.rank(QUERY, DOCUMENTS, FIRST)
    windowed = tiny_decoder("Mistral", sliding_window=4)
    with pytest.raises(UnavailableError, match="sees 4 tokens back only"):
        windowed.hidden([1, 2, 3, 4, 5, 6], plain)
    template = read_template("blockrank", "blockrank")
    with pytest.raises(SpecError) as caught:
        BlockRanker(BlockRank(layer=4, query_position=70_000), tiny_decoder(), template)
    assert [problem.where for problem in caught.value.problems] == ["layer", "query_position"]
    short = BlockRanker(BlockRank(), tiny_decoder(max_position_embeddings=8192), template)
    assert (short.layer, short.position) == (2, 4096)
    assert BlockRanker(BlockRank(), tiny_decoder(), template).position == 16_384
    with pytest.raises(SpecError, match="signal_tokens"):
        BlockRank(signal_tokens=0)
