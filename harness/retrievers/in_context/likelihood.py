"""Query likelihood: a document scores the probability that the model asks the query after reading it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from harness.records import Document, Query
from harness.retrievers.in_context.blocks import Blocks, Layout, Tensor, block_attention
from harness.retrievers.in_context.decoder import Decoder
from harness.retrievers.in_context.template import Method, Template, filled
from harness.retrievers.in_context.weighted import WeightedRanker, fits, text_of
from harness.retrievers.neural.retriever import PositiveInt
from harness.retrievers.neural.threads import limited_threads
from harness.retrievers.stages import Ranked

TOGETHER: Final = 512
"""Tokens of prompts that are read at once: fewer slow the products down, more leave the processor's cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryLikelihood(WeightedRanker):
    """Mean over the query's tokens of log p(token | document, tokens before), one document a prompt.

    D. Sachan et al., "Improving Passage Retrieval with Zero-Shot Question Generation", EMNLP 2022.
    """

    summary: ClassVar[str] = "Query likelihood under a language model that has read the document."
    method: ClassVar[Method] = "likelihood"

    template: str = "likelihood"
    max_document_tokens: PositiveInt = 160

    def open(self) -> LikelihoodRanker:
        """Load the model.

        Raises:
            MissingExtraError: the packages that read checkpoints are not installed.
            UnavailableError: the weights cannot be reached.
        """
        return LikelihoodRanker(self, *self.read())


class LikelihoodRanker:
    """Query likelihood with its weights."""

    def __init__(self, parameters: QueryLikelihood, decoder: Decoder, template: Template) -> None:
        self.parameters, self.decoder, self.template = parameters, decoder, template

    def rank(self, query: Query, documents: Sequence[Document], first: Sequence[float]) -> Ranked:
        """Judge documents; scores are mean log-probabilities, at most 0.

        Each document is a prompt of its own. What all of them begin with is read once for many.
        """
        import torch

        begun, tokens, scores = time.perf_counter(), 0, list[float]()
        wanted = self.decoder.ids(filled(self.template.answer, {"query": query.text}))
        with limited_threads(), torch.inference_mode():
            opening, bodies = self._halves(query.text, documents)
            for body in bodies:
                fits(len(opening) + len(body) + len(wanted), self.decoder, query.id, 1)
            for some in together(bodies, len(wanted)):
                tokens += len(opening) + sum(len(body) + len(wanted) for body in some)
                scores += self._mean_log_probabilities(opening, some, wanted) if wanted else [0.0] * len(some)
        spent = round(time.perf_counter() - begun, 4)
        return Ranked(scores, {"calls": len(documents), "prompt_tokens": tokens, "model_seconds": spent})

    def prompt(self, query: str, document: Document) -> list[int]:
        """What stands before the query: the document, cut, in its template."""
        opening, bodies = self._halves(query, [document])
        return [*opening, *bodies[0]]

    def _halves(self, query: str, documents: Sequence[Document]) -> tuple[list[int], list[list[int]]]:
        """What stands before a document, and from each document on."""
        ids, template, parameters = self.decoder.ids, self.template, self.parameters
        before, after = self.decoder.chat(template.system_message, form=template.chat_template)
        front, _, back = template.body.partition("{document}")
        values = {"query": query, "count": "1", "number": template.label(0)}
        closing = ids(filled(back + template.suffix, values) + after)
        texts = [text_of(document, parameters.fields, template.titled) for document in documents]
        bodies = [[*ids(text)[: parameters.max_document_tokens], *closing] for text in texts]
        return ids(before + filled(template.prefix + front, values)), bodies

    def _mean_log_probabilities(
        self, opening: Sequence[int], bodies: Sequence[Sequence[int]], wanted: Sequence[int]
    ) -> list[float]:
        """Of the wanted tokens after each prompt; all prompts are one sequence that does not see itself."""
        blocks = Blocks(
            instruction=len(opening), documents=tuple(len(body) + len(wanted) for body in bodies), query=0
        )
        layout = Layout(blocks, self.decoder.model.device)

        def attend(_layer: int, query: Tensor, key: Tensor, value: Tensor, scaling: float) -> Tensor:
            return block_attention(query, key, value, layout, scaling)

        ids = [*opening, *(token for body in bodies for token in (*body, *wanted))]
        hidden = self.decoder.hidden(ids, attend, positions=blocks.positions(0))
        found = []
        for body, start in zip(bodies, blocks.starts, strict=False):
            asked = start + len(body)
            last = asked - 1 if body else len(opening) - 1
            logits = self.decoder.logits(hidden[[last, *range(asked, asked + len(wanted) - 1)]])
            chosen = logits.log_softmax(dim=-1)[range(len(wanted)), list(wanted)]
            found.append(float(chosen.mean()))
        return found


def together(bodies: Sequence[Sequence[int]], more: int) -> Iterator[Sequence[Sequence[int]]]:
    """Consecutive prompts of at most :data:`TOGETHER` tokens, each with ``more``; or one prompt."""
    start = tokens = 0
    for number, body in enumerate(bodies):
        if number > start and tokens + len(body) + more > TOGETHER:
            yield bodies[start:number]
            start, tokens = number, 0
        tokens += len(body) + more
    if bodies:
        yield bodies[start:]
