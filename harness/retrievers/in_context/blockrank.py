"""BlockRank: documents are ranked by the attention that the query's last tokens pay them, in linear time."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import Field

from harness.errors import Problem, SpecError
from harness.records import Document, Query
from harness.retrievers.in_context.blocks import Blocks, Layout, Tensor, block_attention, document_scores
from harness.retrievers.in_context.decoder import Decoder, ReachedError
from harness.retrievers.in_context.eight_bit import use_eight_bit
from harness.retrievers.in_context.template import Method, Template, filled
from harness.retrievers.in_context.weighted import WeightedRanker, shortened, text_of
from harness.retrievers.neural.retriever import PositiveInt
from harness.retrievers.neural.threads import limited_threads
from harness.retrievers.stages import Ranked

Natural = Annotated[int, Field(ge=0)]
POSITION = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRank(WeightedRanker):
    """S(q, d) of N. Gupta et al., "Scalable In-context Ranking with Generative Models", arXiv:2510.05396.

    The forward pass stops at the scoring layer. Documents see the instruction, which holds the query, and
    themselves; the query block sees all; see :mod:`harness.retrievers.in_context.blocks`.

    Attributes:
        layer: whose attention is the score, from 0; None for five eighths of the layers (20 of Mistral's 32).
        signal_tokens: last tokens of the prompt whose attention counts: ``[`` and the one before it.
        query_position: position id of the query block's first token: 8192 in the paper, 16384 in its code and
            so for its checkpoint; None for 16384, or half the model's window where that is shorter.
        shuffle_seed: documents are numbered in a random order, so that the numbers tell nothing of the stage
            before; None keeps its order.
        max_document_tokens: 160 in the paper for MS MARCO, 384 for NQ and BEIR.
        products: ``8-bit`` rounds both factors of the layers' products to 8-bit floats.
    """

    summary: ClassVar[str] = "BlockRank: attention of the query to document blocks, linear in their number."
    method: ClassVar[Method] = "blockrank"

    template: str = "blockrank"
    layer: Natural | None = None
    signal_tokens: PositiveInt = 2
    query_position: PositiveInt | None = None
    shuffle_seed: int | None = 0
    max_document_tokens: PositiveInt = 160
    products: Literal["float", "8-bit"] = "float"

    def open(self) -> BlockRanker:
        """Load the model.

        Raises:
            MissingExtraError: the packages that read checkpoints are not installed.
            UnavailableError: the weights cannot be reached, or have no products in 8 bits.
            SpecError: the model has no layer of this number, or no such position.
        """
        decoder, template = self.read()
        if self.products == "8-bit":
            use_eight_bit(decoder.model)
        return BlockRanker(self, decoder, template)


class Prompt(NamedTuple):
    """A packed sequence and the lengths of its blocks."""

    ids: list[int]
    blocks: Blocks


class BlockRanker:
    """BlockRank with its weights; ``layer`` and ``position`` are those that the parameters mean."""

    def __init__(self, parameters: BlockRank, decoder: Decoder, template: Template) -> None:
        self.parameters, self.decoder, self.template = parameters, decoder, template
        layer, position = parameters.layer, parameters.query_position
        self.layer = decoder.layers * 5 // 8 if layer is None else layer
        self.position = position or (POSITION if decoder.window > POSITION else decoder.window // 2)
        problems = []
        if self.layer >= decoder.layers:
            message = f"the model has layers 0 to {decoder.layers - 1}, found {self.layer}."
            problems.append(Problem("layer", message))
        if self.position >= decoder.window:
            message = f"the model was made for positions below {decoder.window}, found {self.position}."
            problems.append(Problem("query_position", message))
        if problems:
            raise SpecError("The model does not go with these parameters:", problems)

    def rank(self, query: Query, documents: Sequence[Document], first: Sequence[float]) -> Ranked:
        """Judge a query's documents; the scores are S(q, d), and sum to one."""
        import torch

        begun = time.perf_counter()
        order = shuffled(len(documents), self.parameters.shuffle_seed, query.id)
        fields, titled = self.parameters.fields, self.template.titled
        texts = [text_of(documents[number], fields, titled) for number in order]
        with limited_threads(), torch.inference_mode():
            prompt = self.prompt(query.text, texts)
            signals = self.parameters.signal_tokens
            made = attention_scores(self.decoder, prompt, self.layer, self.position, signals).tolist()
        scores = [score for _, score in sorted(zip(order, made, strict=True))]
        spent = time.perf_counter() - begun
        return Ranked(
            scores, {"calls": 1, "prompt_tokens": len(prompt.ids), "model_seconds": round(spent, 4)}
        )

    def prompt(self, query: str, texts: Sequence[str]) -> Prompt:
        """The blocks of a prompt; each is cut into tokens on its own."""
        ids, template = self.decoder.ids, self.template
        before, after = self.decoder.chat(template.system_message, form=template.chat_template)
        values = {"query": query, "count": str(len(texts))}
        instruction = ids(before + filled(template.prefix, values))
        bodies = [self._body(number, text) for number, text in enumerate(texts)]
        last = ids(filled(template.suffix, values) + after + template.answer)
        last += ids(template.answer_end) if template.answer_end else []
        blocks = Blocks(instruction=len(instruction), documents=tuple(map(len, bodies)), query=len(last))
        return Prompt([*instruction, *(token for body in bodies for token in body), *last], blocks)

    def _body(self, number: int, text: str) -> list[int]:
        label = self.template.label(number)
        whole = self.decoder.ids(filled(self.template.body, {"number": label, "document": text}))
        end = filled(self.template.body.rpartition("{document}")[2], {"number": label})
        return shortened(whole, self.parameters.max_document_tokens, self.decoder.ids(end))


def shuffled(count: int, seed: int | None, query: str) -> list[int]:
    """Numbers 0 to ``count`` - 1, in an order that the seed and the query's id decide; None keeps them."""
    order = list(range(count))
    if seed is not None:
        random.Random(f"{seed} {query}").shuffle(order)
    return order


def attention_scores(decoder: Decoder, prompt: Prompt, layer: int, position: int, signals: int) -> Tensor:
    """S(q, d) [N] of a prompt; the pass through the model ends at ``layer``."""
    layout = Layout(prompt.blocks, decoder.model.device)
    found: list[Any] = []

    def attend(number: int, query: Tensor, key: Tensor, value: Tensor, scaling: float) -> Tensor:
        if number == layer:
            found.append(document_scores(query[:, -signals:], key, layout, scaling))
            raise ReachedError
        return block_attention(query, key, value, layout, scaling)

    with contextlib.suppress(ReachedError):
        decoder.hidden(prompt.ids, attend, positions=prompt.blocks.positions(position))
    return found[0]
