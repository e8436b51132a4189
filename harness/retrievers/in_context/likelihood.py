"""Query likelihood: a document scores the probability that the model asks the query after reading it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from harness.records import Document, Query
from harness.retrievers.in_context.decoder import Decoder, plain
from harness.retrievers.in_context.template import Method, Template, filled
from harness.retrievers.in_context.weighted import WeightedRanker, fits, text_of
from harness.retrievers.neural.retriever import PositiveInt
from harness.retrievers.neural.threads import limited_threads
from harness.retrievers.stages import Ranked


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
        """Judge documents one by one; scores are mean log-probabilities, at most 0."""
        import torch

        begun, tokens, scores = time.perf_counter(), 0, []
        wanted = self.decoder.ids(filled(self.template.answer, {"query": query.text}))
        with limited_threads(), torch.inference_mode():
            for document in documents:
                prompt = self.prompt(query.text, document)
                fits(len(prompt) + len(wanted), self.decoder, query.id, 1)
                tokens += len(prompt) + len(wanted)
                scores.append(self._mean_log_probability(prompt, wanted) if wanted else 0.0)
        spent = round(time.perf_counter() - begun, 4)
        return Ranked(scores, {"calls": len(documents), "prompt_tokens": tokens, "model_seconds": spent})

    def prompt(self, query: str, document: Document) -> list[int]:
        """What stands before the query: the document, cut, in its template."""
        ids, template = self.decoder.ids, self.template
        before, after = self.decoder.chat(template.system_message, form=template.chat_template)
        front, _, back = template.body.partition("{document}")
        whole = text_of(document, self.parameters.fields, template.titled)
        text = ids(whole)[: self.parameters.max_document_tokens]
        values = {"query": query, "count": "1", "number": template.label(0)}
        opening = before + filled(template.prefix + front, values)
        closing = filled(back + template.suffix, values) + after
        return [*ids(opening), *text, *ids(closing)]

    def _mean_log_probability(self, prompt: Sequence[int], wanted: Sequence[int]) -> float:
        hidden = self.decoder.hidden([*prompt, *wanted], plain)
        logits = self.decoder.logits(hidden[len(prompt) - 1 : -1]).log_softmax(dim=-1)
        return float(logits[range(len(wanted)), list(wanted)].mean())
