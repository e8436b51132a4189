"""BM25 on three documents, worked by hand, and its treatment of ties."""

from __future__ import annotations

from math import log

import pytest

from harness.errors import SpecError
from harness.records import Document, Query
from harness.retrievers.lexical.bm25 import BM25

DOCUMENTS = [Document("d1", "cat", "cat dog"), Document("d2", "", "dog bird"), Document("d3", "", "fish")]
# Three documents of 3, 2 and 1 terms: N = 3, mean length 2. "cat" is in one document, "dog" in two.
IDF_CAT = log(1 + (3 - 1 + 0.5) / (1 + 0.5))
IDF_DOG = log(1 + (3 - 2 + 0.5) / (2 + 0.5))


def ranked(retriever: BM25, documents: list[Document], text: str, depth: int = 10) -> dict[str, float]:
    run = retriever.index(documents).search([Query("q", text)], depth, tag="t")
    return run.to_dict().get("q", {})


def test_scores_worked_by_hand() -> None:
    scores = ranked(BM25(ties="none", analyzer="whitespace"), DOCUMENTS, "cat dog")
    # k1 (1 - b + b * length / mean) = 0.9 (0.6 + 0.4 * 3 / 2) = 1.08 for d1 and 0.9 (0.6 + 0.4) = 0.9 for d2
    by_hand = {"d1": IDF_CAT * 2 / (2 + 1.08) + IDF_DOG * 1 / (1 + 1.08), "d2": IDF_DOG * 1 / (1 + 0.9)}
    assert by_hand == pytest.approx({"d1": 0.862865, "d2": 0.247370}, abs=5e-7)
    assert scores == pytest.approx(by_hand, rel=3e-7)  # single precision
    assert list(scores) == ["d1", "d2"]


def test_a_repeated_query_term_counts_twice() -> None:
    once = ranked(BM25(ties="none"), DOCUMENTS, "dog")
    thrice = ranked(BM25(ties="none"), DOCUMENTS, "dog dogs dog's")
    assert thrice == pytest.approx({name: 3 * score for name, score in once.items()}, rel=3e-7)


def test_parameters_change_scores_as_the_formula_says() -> None:
    scores = ranked(BM25(k1=1.2, b=0.75, ties="none"), DOCUMENTS, "cat")
    assert scores == pytest.approx({"d1": IDF_CAT * 2 / (2 + 1.2 * (0.25 + 0.75 * 1.5))}, rel=3e-7)
    assert ranked(BM25(k1=0, ties="none"), DOCUMENTS, "dog") == pytest.approx(
        {"d1": IDF_DOG, "d2": IDF_DOG}, rel=3e-7
    )


def test_fields_are_selectable() -> None:
    assert list(ranked(BM25(fields=("title",)), DOCUMENTS, "cat dog")) == ["d1"]
    assert ranked(BM25(fields=("title",)), DOCUMENTS, "dog") == {}


def test_a_document_without_terms_does_not_count() -> None:
    padded = [*DOCUMENTS, Document("d4", "", " the of "), Document("d5", "", "")]
    assert ranked(BM25(), padded, "cat dog") == ranked(BM25(), DOCUMENTS, "cat dog")
    assert BM25().index(padded).facts["documents"] == 3
    assert BM25().index(padded).facts["empty_documents"] == 2


def test_lengths_are_quantized() -> None:
    def pair(filler: int) -> list[Document]:
        return [Document("a", "", "cat" + " x" * filler), Document("b", "", "dog" + " x" * (80 - filler))]

    # 41 terms are kept as 40 (see test_lengths); the mean stays 41 in both collections.
    assert ranked(BM25(ties="none"), pair(40), "cat") == ranked(BM25(ties="none"), pair(39), "cat")


def test_ties_the_anserini_way() -> None:
    documents = [Document(name, "", "cat") for name in ("b", "a", "c")] + [Document("z", "", "dog")]
    # idf = ln(1 + 1.5 / 3.5) = 0.356675, length = mean: 1 / 1.9 of it is 0.187724, rounded 0.1877.
    scores = ranked(BM25(), documents, "cat")
    assert list(scores) == ["a", "b", "c"]
    assert scores == pytest.approx({"a": 0.1877, "b": 0.187699, "c": 0.187698}, abs=2e-8)
    assert list(ranked(BM25(), documents, "cat", depth=2)) == ["a", "b"]


def test_ties_left_alone_follow_trec_eval() -> None:
    documents = [Document(name, "", "cat") for name in ("b", "a", "c")]
    scores = ranked(BM25(ties="none"), documents, "cat", depth=2)
    assert list(scores) == ["c", "b"]
    assert len(set(scores.values())) == 1


def test_a_long_row_of_ties_is_lowered_step_by_step() -> None:
    # idf = ln(1 + 0.5 / 1001.5), so all scores round to 0.0003 at most; ties go below zero, as in Anserini.
    documents = [Document(f"{i:04}", "", "cat cat dog bird") for i in range(1000)]
    documents.append(Document("long", "", "cat cat dog bird fish"))
    scores = ranked(BM25(), documents, "cat", depth=2000)
    assert list(scores) == [*(f"{i:04}" for i in range(1000)), "long"]
    values = list(scores.values())
    assert values == pytest.approx([0.0003 - i * 1e-6 for i in range(1001)], abs=1e-9)


def test_ties_that_single_precision_cannot_separate_follow_trec_eval() -> None:
    documents = [Document(name, "", "cat") for name in ("b", "a", "c")] + [Document("z", "", "dog")]
    # 400 times 0.187724 is 75; float32 there has steps of 7.6e-6, so lowering by 2e-6 changes nothing.
    scores = ranked(BM25(), documents, "cat " * 400)
    assert list(scores) == ["c", "b", "a"]
    assert len(set(scores.values())) == 1


def test_wrong_parameters_are_all_named() -> None:
    with pytest.raises(SpecError) as caught:
        BM25(k1=-1, b=2, analyzer="porter")  # type: ignore[arg-type]
    assert [problem.where for problem in caught.value.problems] == ["analyzer", "k1", "b"]
