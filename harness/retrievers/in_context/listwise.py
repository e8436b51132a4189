"""Listwise ranking: the model orders a window of documents, which moves from the list's end to its front."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from harness.errors import Problem, SpecError
from harness.records import Document, Query
from harness.retrievers.in_context.asking import LETTERS, Asking, AskingRanker
from harness.retrievers.in_context.blockrank import shuffled
from harness.retrievers.in_context.consensus import kemeny, reciprocal_ranks
from harness.retrievers.in_context.template import Method, read_template
from harness.retrievers.neural.retriever import PositiveInt


@dataclass(frozen=True, slots=True, kw_only=True)
class Listwise(AskingRanker):
    """RankGPT's sliding window (W. Sun et al., EMNLP 2023); full ranking where one window holds all.

    With ``decoding: first-token`` and a template of letters it is FIRST (R. Gangi Reddy et al., EMNLP 2024):
    a window is ordered by the scores of its labels for the answer's first token. With ``permutations`` above
    1 it is permutation self-consistency (R. Tang et al., NAACL 2024).

    Attributes:
        window: documents of one prompt; None for all of them in one call.
        stride: how far the window moves.
        passes: how often it goes over the list.
        permutations: rankings from differently shuffled lists, which are made one; 1 keeps the list's order.
        consensus: how: ``kemeny`` (the order that disagrees with the fewest pairs) or ``rrf``.
        seed: of the shuffles.
    """

    summary: ClassVar[str] = (
        "Listwise ranking by a language model: sliding window, full ranking, first token."
    )
    method: ClassVar[Method] = "listwise"

    template: str = "listwise"
    window: Annotated[int, Field(ge=2)] | None = 20
    stride: PositiveInt = 10
    passes: PositiveInt = 1
    permutations: PositiveInt = 1
    consensus: Literal["kemeny", "rrf"] = "kemeny"
    seed: int = 0

    def __post_init__(self) -> None:
        AskingRanker.__post_init__(self)
        problems = []
        if self.window is not None and self.stride >= self.window:
            message = f"expected less than the window of {self.window}, found {self.stride}: windows overlap."
            problems.append(Problem("stride", message))
        if self.decoding == "first-token" and read_template(self.template, "listwise").labels != "letters":
            message = "decoding: first-token needs labels of one token: a template with labels: letters."
            problems.append(Problem("template", message))
        if self.decoding == "first-token" and (self.window or 0) > LETTERS:
            message = f"expected at most {LETTERS}, as many as there are letters, found {self.window}."
            problems.append(Problem("window", message))
        if problems:
            raise SpecError("Listwise cannot be made with these parameters:", problems)

    def order(self, asking: Asking, query: Query, documents: Sequence[Document]) -> list[int]:
        """Numbers of the documents, best first."""

        def judge(numbers: Sequence[int]) -> list[int]:
            made = asking.permutation(query, [documents[number] for number in numbers])
            return [numbers[place] for place in made]

        starts = [list(range(len(documents)))]
        if self.permutations > 1:
            seeds = range(self.seed, self.seed + self.permutations)
            starts = [shuffled(len(documents), seed, query.id) for seed in seeds]
        window = self.window or len(documents)
        orders = [slide(start, window, self.stride, self.passes, judge) for start in starts]
        if len(orders) == 1:
            return orders[0]
        return kemeny(orders) if self.consensus == "kemeny" else reciprocal_ranks(orders)


def slide(
    order: Sequence[int],
    window: int,
    stride: int,
    passes: int,
    judge: Callable[[Sequence[int]], list[int]],
) -> list[int]:
    """Order a list by windows from its end to its front; the last window begins at the front.

    A pass takes ceil((n - window) / stride) + 1 calls.
    """
    made = list(order)
    for _ in range(passes):
        end = len(made)
        while end > 0:
            start = max(0, end - window)
            made[start:end] = judge(made[start:end])
            if start == 0:
                break
            end -= stride
    return made
