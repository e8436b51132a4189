"""Setwise ranking: the model names the best of a few documents, and a heap makes an order of the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from harness.records import Document, Query
from harness.retrievers.in_context.asking import Asking, AskingRanker, Compare
from harness.retrievers.in_context.template import Method
from harness.retrievers.neural.retriever import PositiveInt


@dataclass(frozen=True, slots=True, kw_only=True)
class Setwise(AskingRanker):
    """S. Zhuang et al., "A Setwise Approach for Effective and Efficient Zero-shot Ranking", SIGIR 2024.

    Attributes:
        compared: documents of one prompt: a node of the heap and its children.
        top: places that are sorted; the rest keeps its order.
    """

    summary: ClassVar[str] = "Setwise ranking by a language model: the best of a few documents, with a heap."
    method: ClassVar[Method] = "setwise"

    template: str = "setwise"
    compared: Annotated[int, Field(ge=2, le=26)] = 4
    top: PositiveInt = 10

    def order(self, asking: Asking, query: Query, documents: Sequence[Document]) -> list[int]:
        """Numbers of the documents, best first."""

        def best(numbers: Sequence[int]) -> int:
            return asking.best(query, [documents[number] for number in numbers])

        return heap_order(len(documents), self.compared - 1, self.top, best)


def heap_order(count: int, children: int, top: int, best: Compare) -> list[int]:
    """The first ``top`` of ``count`` by a heap of nodes with ``children`` each, then the rest as given."""
    heap = list(range(count))
    for node in range((count - 2) // children, -1, -1):
        _sift(heap, node, children, best)
    found: list[int] = []
    while heap and len(found) < top:
        found.append(heap[0])
        last = heap.pop()
        if heap:
            heap[0] = last
            if len(found) < top:
                _sift(heap, 0, children, best)
    return found + sorted(heap)


def _sift(heap: list[int], node: int, children: int, best: Compare) -> None:
    """Let a document sink below better ones."""
    while (first := node * children + 1) < len(heap):
        places = [node, *range(first, min(first + children, len(heap)))]
        place = places[best([heap[each] for each in places])]
        if place == node:
            return
        heap[node], heap[place] = heap[place], heap[node]
        node = place
