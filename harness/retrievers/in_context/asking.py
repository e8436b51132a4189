"""What generating rankers have in common: a model, a template, the cut of documents, malformed answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter

from harness.errors import DatasetError, Problem
from harness.records import Document, Query
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.in_context.calls import Calls
from harness.retrievers.in_context.chat import Message
from harness.retrievers.in_context.models import AnyModel, TransformersModel
from harness.retrievers.in_context.parsing import VERDICTS, parse
from harness.retrievers.in_context.template import Method, Template, filled, read_template, template_hash
from harness.retrievers.in_context.weighted import text_of
from harness.retrievers.neural.retriever import Fields, PositiveInt
from harness.retrievers.stages import Ranked

Decoding = Literal["generate", "first-token"]

LETTER = 8
"""Tokens of an answer that names one document."""
LETTERS = 26
"""Documents that the first token of an answer can tell apart."""

COUNTED = {name: "answers_ok" if name == "ok" else f"malformed_{name}" for name in VERDICTS}
"""What the card calls the answers of each verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingRanker(ABC):
    """A ranker that asks a model in words.

    Attributes:
        model: which model, and where it runs.
        template: a packaged one or the path of a YAML file.
        decoding: ``generate`` reads what the model writes, ``first-token`` its scores for the labels.
        fields: what is read of a document, joined by a space.
        max_document_words: of a document; the rest is cut off.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    family: ClassVar[str] = "in-context"
    summary: ClassVar[str]
    method: ClassVar[Method]

    model: AnyModel = field(default_factory=TransformersModel)
    template: str
    decoding: Decoding = "generate"
    fields: Fields = ("title", "text")
    max_document_words: PositiveInt = 300

    def __post_init__(self) -> None:
        check_parameters(self)
        read_template(self.template, self.method)

    def provenance(self) -> Mapping[str, str]:
        """The model's provenance and the hash of the template."""
        return {**self.model.provenance(), "template": template_hash(self.template)}

    def open(self) -> Asking:
        """Prepare to ask; the model is loaded when the first answer is not known."""
        plain: dict[str, Any] = TypeAdapter(AnyModel).dump_python(self.model, mode="json")
        for name in ("key_variable", "timeout", "retries", "price_prompt", "price_generated"):
            plain.pop(name, None)  # they do not decide what is answered
        if isinstance(self.model, TransformersModel):
            plain.pop("context")  # nor does it: prompts are cut by it before they are asked
        calls = Calls(
            self.model.open,
            {"model": plain, **self.model.provenance()},
            price_prompt=getattr(self.model, "price_prompt", 0.0),
            price_generated=getattr(self.model, "price_generated", 0.0),
            counted=isinstance(self.model, TransformersModel),
            context=getattr(self.model, "context", None),
        )
        return Asking(self, calls, read_template(self.template, self.method))

    @abstractmethod
    def order(self, asking: Asking, query: Query, documents: Sequence[Document]) -> list[int]:
        """Numbers of the documents, best first."""


class Asking:
    """An asking ranker with its model."""

    def __init__(self, parameters: AskingRanker, calls: Calls, template: Template) -> None:
        self.parameters, self.calls, self.template = parameters, calls, template
        self.verdicts: Counter[str] = Counter()

    def rank(self, query: Query, documents: Sequence[Document], first: Sequence[float]) -> Ranked:
        """Judge a query's documents: the best of n scores n, the last 1."""
        self.calls.take_counts()
        self.verdicts.clear()
        order = self.parameters.order(self, query, documents)
        scores = [0.0] * len(documents)
        for place, number in enumerate(order):
            scores[number] = float(len(documents) - place)
        answers = {COUNTED[name]: self.verdicts[name] for name in VERDICTS if self.verdicts.total()}
        return Ranked(scores, {**self.calls.take_counts(), **answers})

    def permutation(self, query: Query, documents: Sequence[Document]) -> list[int]:
        """One call: the documents of one prompt, best first.

        Raises:
            DatasetError: they do not fit into a prompt, or are more than there are letters.
        """
        count = len(documents)
        if self.parameters.decoding == "first-token":
            return self._by_first_token(query, documents)
        longest = sum(len(self.template.label(number)) + 6 for number in range(count))
        message = self.message(query, documents, longest)
        parsed = parse(self.calls.complete(message, longest).text, self.template, count)
        self.verdicts[parsed.verdict] += 1
        return parsed.order

    def best(self, query: Query, documents: Sequence[Document]) -> int:
        """One call: the number of the best document of one prompt; of a malformed answer the first one."""
        if self.parameters.decoding == "first-token":
            return self._by_first_token(query, documents)[0]
        message = self.message(query, documents, LETTER)
        parsed = parse(self.calls.complete(message, LETTER).text, self.template, len(documents))
        self.verdicts["ok" if parsed.verdict == "missing_documents" else parsed.verdict] += 1
        return parsed.order[0]

    def message(self, query: Query, documents: Sequence[Document], most: int) -> Message:
        """The prompt for a query and documents, in the order given.

        Documents are cut after ``max_document_words``, and shorter as long as the prompt and an answer of
        ``most`` tokens are more than the model reads; the steps are those of RankLLM.

        Raises:
            DatasetError: it does not fit with one word of each document either.
        """
        words = self.parameters.max_document_words
        while True:
            made = prompt(self.template, query, [self._text(document, words) for document in documents])
            over = self.calls.excess(made, most)
            if not over:
                return made
            if words == 1:
                message = (
                    f"{len(documents)} documents make a prompt that is {over} tokens too long for the model."
                )
                raise DatasetError("A prompt does not fit.", [Problem(f"query {query.id}", message)])
            words = max(1, words - max(1, over // (4 * len(documents))))

    def _by_first_token(self, query: Query, documents: Sequence[Document]) -> list[int]:
        count = len(documents)
        if count > LETTERS:
            message = f"found {count} documents; give a window or a depth of at most {LETTERS}."
            raise DatasetError(
                "There are more documents than letters.", [Problem(f"query {query.id}", message)]
            )
        labels = [self.template.label(number) for number in range(count)]
        choice = self.calls.choose(self.message(query, documents, 1), labels)
        self.verdicts[
            "ok" if choice.named == count else "missing_documents" if choice.named else "wrong_format"
        ] += 1
        return sorted(range(count), key=lambda number: -choice.scores[number])

    def _text(self, document: Document, words: int) -> str:
        text = text_of(document, self.parameters.fields, self.template.titled)
        return " ".join(text.split()[:words])


def prompt(template: Template, query: Query, texts: Sequence[str]) -> Message:
    """A template filled in, in one turn or several."""
    values = {"query": template.safe(query.text), "count": str(len(texts))}
    prefix, suffix = filled(template.prefix, values), filled(template.suffix, values)
    numbers = [
        {"number": template.label(number), "document": template.safe(text)}
        for number, text in enumerate(texts)
    ]
    bodies = [filled(template.body, each) for each in numbers]
    earlier: list[tuple[str, str]] = []
    if template.prefix_reply:
        earlier.append((prefix, filled(template.prefix_reply, values)))
        prefix = ""
    if template.body_reply:
        replies = [filled(template.body_reply, each) for each in numbers]
        earlier += zip(bodies, replies, strict=True)
        bodies = []
    user = prefix + "".join(bodies) + suffix
    return Message(template.system_message, user, template.answer, tuple(earlier), template.chat_template)


Compare = Callable[[Sequence[int]], int]
"""From numbers of documents to the place among them of the best."""
