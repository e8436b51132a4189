"""Static pruning: what is dropped, by what estimate, and what it costs and saves."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from harness.errors import SpecError
from harness.records import Document
from harness.retrievers.pruning.collection_distance import CollectionDistance
from harness.retrievers.pruning.qual_t5 import QualT5
from harness.retrievers.pruning.spool import Spool
from harness.retrievers.table import RETRIEVERS
from tests.conftest import needs_neural
from tests.retrievers.cross_encoder import tiny

DOCUMENTS = [
    Document("usual", "T", "apple pear apple pear plum"),
    Document("odd", "", "zzyzx"),
    Document("half", "", "apple zyzzyva"),
    Document("empty", "", ""),
    Document("again", "", "apple pear"),
]


def kept(pruning: CollectionDistance | QualT5) -> list[str]:
    return [document.id for document in pruning.prepare(iter(DOCUMENTS))]


def test_collection_distance_by_hand() -> None:
    """Two documents, a a and b, s = 0.5: P(a|C) = 2/3; for the first document P mixed = 5/6 and 1/6."""
    documents = [Document("x", "", "alpha alpha"), Document("y", "", "beta"), Document("z", "", "")]
    with Spool(documents) as spool:
        found = CollectionDistance(share=0.5, smoothing=0.5).qualities(spool)
    a, b = 2 / 3, 1 / 3
    assert found.tolist() == pytest.approx(
        [
            -(a * math.log(a / (0.5 + 0.5 * a)) + b * math.log(b / (0.5 * b))),
            -(a * math.log(a / (0.5 * a)) + b * math.log(b / (0.5 + 0.5 * b))),
            -math.log(2),
        ]
    )


def test_the_worst_share_goes_and_the_rest_keeps_its_order() -> None:
    assert kept(CollectionDistance(share=0.0)) == [d.id for d in DOCUMENTS]
    assert kept(CollectionDistance(share=0.4)) == ["usual", "half", "again"]
    assert kept(CollectionDistance(share=0.39)) == ["usual", "odd", "half", "again"], "rounded down"


def test_of_equals_the_later_go_first() -> None:
    documents = [Document(name, "", "same") for name in "abcd"]
    found = CollectionDistance(share=0.5).prepare(documents)
    assert [document.id for document in found] == ["a", "b"]


def test_a_threshold_in_place_of_a_share() -> None:
    with Spool(DOCUMENTS) as spool:
        quality = CollectionDistance(share=0.1).qualities(spool)
    least = float(np.sort(quality)[2])
    names = [d.id for d, q in zip(DOCUMENTS, quality.tolist(), strict=True) if q >= least]
    assert kept(CollectionDistance(threshold=least)) == names and len(names) == 3


@pytest.mark.parametrize("given", [{}, {"share": 0.1, "threshold": 0.0}, {"share": 1.0}, {"share": -0.1}])
def test_what_is_pruned_has_to_be_clear(given: dict[str, float]) -> None:
    with pytest.raises(SpecError):
        CollectionDistance(**given)


def test_a_spool_can_be_read_again_whatever_the_texts() -> None:
    odd = [Document("n", "two\nlines", "\u2028 \x00 \U0001f600"), Document("m", "", "")]
    with Spool(iter(odd)) as spool:
        assert list(spool) == list(spool) == odd


def test_qual_t5_asks_without_a_query_and_keeps_its_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_neural()
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    folder = tiny.t5(tmp_path / "model")
    pruning = QualT5(checkpoint=str(folder), share=0.4)
    with Spool(DOCUMENTS) as spool:
        quality = pruning.qualities(spool)
    from harness.retrievers.cross_encoder.true_false import TrueFalse

    model = TrueFalse(folder, words=("true", "false"), max_length=512, batch_size=1)
    expected = model.scores([("Document:", f"{d.title} {d.text}".strip(), "Relevant:") for d in DOCUMENTS])
    assert quality.tolist() == pytest.approx(expected, abs=1e-4)
    assert len(kept(pruning)) == 3
    monkeypatch.setattr(TrueFalse, "scores", None)  # a second run must not need the model
    assert len(kept(QualT5(checkpoint=str(folder), threshold=-1e9))) == 5


def test_sparse_vectors_are_pruned_by_document() -> None:
    """``document_terms`` of splade: at most so many postings a document, and the heaviest stay."""
    needs_neural()
    whole = RETRIEVERS["splade"]().index(DOCUMENTS)
    pruned = RETRIEVERS["splade"](document_terms=3).index(DOCUMENTS)
    assert pruned.facts["postings"] == 3 * (len(DOCUMENTS) - 1) < whole.facts["postings"]
    assert pruned.facts["index_bytes"] < whole.facts["index_bytes"]
