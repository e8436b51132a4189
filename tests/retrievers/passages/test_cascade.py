"""The cascade inside a document: which passages are scored, and what the document gets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.errors import SpecError
from harness.records import Document, Query
from harness.retrievers.passages.cascade import CascadeRanker, PassageCascade
from harness.retrievers.stages import Ranked
from tests.conftest import needs_neural
from tests.retrievers.cross_encoder import tiny

QUERY = Query("q", "apple")
DOCUMENTS = [
    Document("long", "", "pear pear apple apple plum fig"),
    Document("short", "", "apple"),
    Document("empty", "", ""),
]


class Noting:
    """Scores a passage by its number of letters p, and notes what it was given."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def rank(self, query: Query, documents: Sequence[Document], first: Sequence[float]) -> Ranked:
        self.given += [document.id for document in documents]
        return Ranked([float(d.text.count("p")) for d in documents], {"pairs": len(documents)})


def cascade(**parameters: object) -> PassageCascade:
    given = {"words": 2, "stride": 2, "scorer_parameters": {"checkpoint": "./model"}, **parameters}
    return PassageCascade(**given)  # type: ignore[arg-type]


def test_the_best_passages_by_words_are_scored() -> None:
    scorer = Noting()
    ranked = CascadeRanker(cascade(passages=1), scorer).rank(QUERY, DOCUMENTS, [3.0, 2.0, 1.0])
    assert sorted(scorer.given) == ["empty#0", "long#1", "short#0"]
    assert ranked == Ranked([4.0, 2.0, 0.0], {"pairs": 3, "passages": 5})


def test_the_mean_of_several() -> None:
    ranked = CascadeRanker(cascade(passages=2, aggregate="mean"), Noting()).rank(QUERY, DOCUMENTS, [0.0] * 3)
    assert list(ranked.scores) == [3.0, 2.0, 0.0], "apple apple and pear pear of the long one"


def test_it_runs_with_a_checkpoint(tmp_path: Path) -> None:
    needs_neural()
    folder = tiny.bert(tmp_path / "model")
    made = cascade(scorer_parameters={"checkpoint": str(folder), "max_length": 32})
    ranked = made.open().rank(QUERY, DOCUMENTS, [0.0] * 3)
    assert len(set(ranked.scores)) == 3 and ranked.counts["passages"] == 5
    assert made.provenance()["checkpoint"] == str(folder)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"stride": 3}, "stride"),
        ({"scorer_parameters": {}}, "scorer_parameters.checkpoint"),
        ({"scorer_parameters": {"checkpoint": "./m", "speed": 1}}, "scorer_parameters.speed"),
        ({"scorer": "oracle"}, "scorer"),
    ],
)
def test_wrong_parameters_are_named(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(SpecError, match=words):
        cascade(**wrong)
