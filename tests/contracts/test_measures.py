"""What every entry of the table of measures keeps to."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from harness.evaluation.definition import Definition
from harness.evaluation.evaluate import compute
from harness.evaluation.judgments import Judgments
from harness.evaluation.matching import hits_of_run
from harness.evaluation.measure import Measure, parse_measure
from harness.evaluation.table import ALIASES, MEASURES
from harness.rankings import Run
from harness.records import Qrels

CUTOFFS = {"none": None, "optional": 5, "required": 5, "recall": 0.5}
QRELS = Qrels.from_dict(
    {
        "answered": {"a": 1, "b": 0, "c": 3, "d": -1},
        "missing": {"a": 2},
        "nothing relevant": {"a": 0, "b": -1},
        "only unjudged returned": {"a": 1},
    }
)
RUN = Run.from_dict(
    {
        "answered": {"x": 3.0, "c": 2.0, "b": 2.0, "a": 1.0, "d": 0.5},
        "nothing relevant": {"a": 1.0},
        "only unjudged returned": {"y": 1.0},
        "not judged": {"a": 1.0},
    },
    "t",
)


@pytest.fixture(params=list(MEASURES))
def definition(request: pytest.FixtureRequest) -> Definition:
    found: Definition = MEASURES[request.param]
    assert found.name == request.param, "the table's name and the definition's name are one"
    return found


def measure_of(definition: Definition) -> Measure:
    cutoff = CUTOFFS[definition.cutoff]
    return parse_measure(definition.name + ("" if cutoff is None else f"@{cutoff}"))


def test_it_says_what_it_is_and_where_it_comes_from(definition: Definition) -> None:
    assert definition.meaning.endswith(".")
    assert definition.formula and definition.source
    assert definition.direction in ("higher", "none")
    assert definition.floor < definition.ceiling


def test_every_setting_accepts_its_default_and_says_what_is_allowed(definition: Definition) -> None:
    for parameter in definition.parameters.values():
        assert parameter.accepts(parameter.default)
        assert not parameter.accepts("no such value")
        assert parameter.allowed


def test_its_name_is_read_back(definition: Definition) -> None:
    measure = measure_of(definition)
    assert parse_measure(str(measure)) == measure


@pytest.mark.parametrize("precision", ["double", "single"])
def test_its_values_are_finite_and_in_range_and_missing_queries_have_the_floor(
    definition: Definition, precision: str
) -> None:
    hits = hits_of_run(RUN, Judgments.of(QRELS), precision)
    values = compute(hits, measure_of(definition))
    assert values.dtype == np.float64 and values.shape == (4,)
    assert np.isfinite(values).all()
    assert (values >= definition.floor).all() and (values <= definition.ceiling).all()
    if definition.name != "NumRel":  # it counts judgments, returned or not
        assert values[hits.judgments.queries.index("missing")] == definition.floor


# ERR and RBP come near their ceiling in the limit only.
ATTAINABLE = [name for name in MEASURES if MEASURES[name].ceiling == 1.0 and name not in ("ERR", "RBP")]


@pytest.mark.parametrize("name", ATTAINABLE)
def test_a_perfect_ranking_reaches_the_ceiling(name: str) -> None:
    judged = {f"d{i}": 1 for i in range(5)}
    run = Run.from_dict({"q": {d: 1.0 - i / 10 for i, d in enumerate(judged)}}, "t")
    hits = hits_of_run(run, Judgments.of(Qrels.from_dict({"q": judged})), "double")
    assert compute(hits, measure_of(MEASURES[name])).tolist() == [pytest.approx(1.0, abs=1e-4)]


def row_of(definition: Definition) -> str:
    """The row of docs/measures.md."""
    settings = ", ".join(f"{key}={p.default!r}" for key, p in definition.parameters.items())
    cutoff = {"none": "", "optional": "[@k]", "required": "@k", "recall": "@level"}[definition.cutoff]
    written = f"`{definition.name}{cutoff}`" + (f"; {settings}" if settings else "")
    aliases = ", ".join(f"`{alias}`" for alias, name in ALIASES.items() if name == definition.name)
    return f"| {written} | {aliases} | {definition.formula} | {definition.source} | {definition.floor:g} |"


def test_the_documentation_has_it(definition: Definition, root: Path) -> None:
    rows = (root / "docs" / "measures.md").read_text(encoding="utf-8").splitlines()
    assert row_of(definition) in rows, f"docs/measures.md needs this row:\n{row_of(definition)}"


def test_aliases_lead_to_measures() -> None:
    assert set(ALIASES.values()) <= set(MEASURES)
    assert not set(ALIASES) & set(MEASURES)


def test_infinite_ceilings_are_for_counts() -> None:
    assert {name for name in MEASURES if MEASURES[name].ceiling == math.inf} == {
        "NumRet",
        "NumRel",
        "NumRelRet",
    }
