"""In-context re-ranking: attention from the query back to the documents, less that of an empty query."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from harness.errors import Problem, SpecError
from harness.records import Document, Query
from harness.retrievers.in_context.blocks import Tensor, attend_rows, causal
from harness.retrievers.in_context.decoder import Decoder, ReachedError
from harness.retrievers.in_context.template import Method, Template, filled
from harness.retrievers.in_context.weighted import WeightedRanker, fits, shortened, text_of
from harness.retrievers.neural.retriever import PositiveInt
from harness.retrievers.neural.threads import limited_threads
from harness.retrievers.stages import Ranked

Natural = Annotated[int, Field(ge=0)]
Head = Annotated[tuple[Natural, Natural], Field(strict=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class InContextReranking(WeightedRanker):
    """Documents by the attention of the tokens after them, calibrated: arXiv:2410.02642 (Chen et al.).

    All documents stand in one prompt, the best of the stage before last. A document's token j scores s(j),
    the attention that the tokens after the documents pay it, a mean over them and a sum over layers and
    heads, less c(j), the same for the query ``N/A``. Of a document's tokens those with s - c at or below
    mean - 2 standard deviations are dropped, and the others added up. The documents are read once, for both
    queries.

    Attributes:
        layers: whose attention counts, from 0; None for all. Later layers are not computed.
        heads: pairs (layer, head) that count; None for all heads of ``layers``.
        null_query: the query that carries no content.
        calibrate: subtract the attention of the null query.
        reverse: the best document stands last, nearest to the query.
        max_document_tokens: about 300 words in the paper's runs on BEIR.
    """

    summary: ClassVar[str] = "ICR: calibrated attention of the query to the documents of one prompt."
    method: ClassVar[Method] = "attention"

    template: str = "attention"
    layers: Annotated[tuple[Natural, ...], Field(strict=False, min_length=1)] | None = None
    heads: Annotated[tuple[Head, ...], Field(strict=False, min_length=1)] | None = None
    null_query: str = "N/A"
    calibrate: bool = True
    reverse: bool = True
    max_document_tokens: PositiveInt = 400

    def open(self) -> AttentionRanker:
        """Load the model.

        Raises:
            MissingExtraError: the packages that read checkpoints are not installed.
            UnavailableError: the weights cannot be reached.
            SpecError: the model has no such layer or head.
        """
        decoder, template = self.read()
        every = self.layers if self.layers is not None else tuple(range(decoder.layers))
        heads = self.heads or tuple((layer, head) for layer in every for head in range(decoder.heads))
        wrong = [pair for pair in heads if pair[0] >= decoder.layers or pair[1] >= decoder.heads]
        if wrong:
            message = f"layers go to {decoder.layers - 1}, heads to {decoder.heads - 1}; found {wrong[0]}."
            raise SpecError("There is no such head:", [Problem("heads" if self.heads else "layers", message)])
        chosen: dict[int, list[int]] = {}
        for layer, head in heads:
            chosen.setdefault(layer, []).append(head)
        return AttentionRanker(self, decoder, template, chosen)


class AttentionRanker:
    """ICR with its weights; ``chosen`` holds the heads of each layer that counts."""

    def __init__(
        self,
        parameters: InContextReranking,
        decoder: Decoder,
        template: Template,
        chosen: dict[int, list[int]],
    ) -> None:
        self.parameters, self.decoder, self.template, self.chosen = parameters, decoder, template, chosen

    def rank(self, query: Query, documents: Sequence[Document], first: Sequence[float]) -> Ranked:
        """Judge a query's documents by one reading of all of them."""
        import torch

        begun = time.perf_counter()
        order = list(range(len(documents)))
        if self.parameters.reverse:
            order.reverse()
        with limited_threads(), torch.inference_mode():
            head, bodies = self._context(query.text, [documents[number] for number in order])
            between = self.decoder.ids(self.template.separator) if self.template.separator else []
            context = [*head, *(token for body in bodies for token in (*between, *body)), *between]
            tails = [self._tail(query.text, len(order))]
            if self.parameters.calibrate:
                tails.append(self._tail(self.parameters.null_query, len(order)))
            fits(len(context) + max(map(len, tails)), self.decoder, query.id, len(order))
            tokens = self._tokens(context, tails)
            starts = [len(head) + len(between)]
            for body in bodies:
                starts.append(starts[-1] + len(body) + len(between))
            made = [
                float(kept_sum(tokens[a : a + len(body)])) for a, body in zip(starts, bodies, strict=False)
            ]
        scores = [score for _, score in sorted(zip(order, made, strict=True))]
        read = len(context) + sum(map(len, tails))
        spent = round(time.perf_counter() - begun, 4)
        return Ranked(scores, {"calls": len(tails), "prompt_tokens": read, "model_seconds": spent})

    def _context(self, query: str, documents: Sequence[Document]) -> tuple[list[int], list[list[int]]]:
        ids, template = self.decoder.ids, self.template
        values = {"query": query, "count": str(len(documents))}
        before, _ = self.decoder.chat(template.system_message, form=template.chat_template)
        head = ids(before + filled(template.prefix, values))
        end = filled(template.body.rpartition("{document}")[2], values)
        most = self.parameters.max_document_tokens
        bodies = []
        for number, document in enumerate(documents):
            text = text_of(document, self.parameters.fields, template.titled)
            shown = {"number": template.label(number), "document": text}
            bodies.append(shortened(ids(filled(template.body, shown)), most, ids(end)))
        return head, bodies

    def _tail(self, query: str, count: int) -> list[int]:
        text = filled(self.template.suffix, {"query": query, "count": str(count)})
        _, after = self.decoder.chat(self.template.system_message, form=self.template.chat_template)
        return self.decoder.ids(text + after)

    def _tokens(self, context: list[int], tails: list[list[int]]) -> Tensor:
        """Attention [context] that each token of the context gets, calibrated if there are two tails."""
        cache, last = self.decoder.new_cache(), max(self.chosen)

        def read(layer: int, query: Tensor, key: Tensor, value: Tensor, scaling: float) -> Tensor:
            if layer == last:
                raise ReachedError  # its keys are in the cache, and nothing else of it is wanted
            return causal(query, key, value, scaling)

        with contextlib.suppress(ReachedError):
            self.decoder.hidden(context, read, cache=cache)
        found = []
        for tail in tails:
            found.append(self._attention(tail, cache, len(context)))
            cache.crop(-len(tail))
        return found[0] - found[1] if len(found) > 1 else found[0]

    def _attention(self, tail: list[int], cache: Any, context: int) -> Tensor:
        """Attention [context] that the tokens of ``tail`` pay what is in the cache."""
        last, total = max(self.chosen), []

        def collect(layer: int, query: Tensor, key: Tensor, value: Tensor, scaling: float) -> Tensor:
            made, weights = attend_rows(query, key, value, scaling)
            if layer in self.chosen:
                total.append(weights[self.chosen[layer], :, :context].mean(dim=1).sum(dim=0))
            if layer == last:
                raise ReachedError
            return made

        with contextlib.suppress(ReachedError):
            self.decoder.hidden(tail, collect, cache=cache, start=context)
        return sum(total[1:], total[0])


def kept_sum(scores: Tensor) -> Tensor:
    """Sum of the scores of a document's tokens that lie above mean - 2 standard deviations."""
    if len(scores) < 2:
        return scores.sum()
    return scores[scores > scores.mean() - 2 * scores.std()].sum()
