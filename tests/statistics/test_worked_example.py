"""docs/statistics.md: its examples run, and every number of the worked example is computed again."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from harness.statistics.choice import choose_test
from harness.statistics.compare import compare_systems
from harness.statistics.comparison import Comparison
from harness.statistics.corrections import CORRECTIONS
from harness.statistics.detectable import smallest_detectable_difference
from harness.statistics.differences import differences
from harness.statistics.matrix import pairs
from harness.statistics.pairtest import TESTS
from harness.statistics.wilcoxon import wilcoxon

NAMES = ["splade", "ada2", "rankvicuna", "rm3", "bm25"]


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs/statistics.md").read_text()


def table(page: str, heading: str) -> list[list[str]]:
    """The rows of the table whose first column has this heading."""
    lines = page.split(f"| {heading} |", 1)[1].splitlines()[2:]
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


@pytest.fixture(scope="module")
def values(page: str) -> np.ndarray:
    return np.array([[float(cell) for cell in row[1:]] for row in table(page, "topic")]).T


@pytest.fixture(scope="module")
def comparison(values: np.ndarray) -> Comparison:
    return compare_systems(NAMES, values)


def test_the_values_are_those_of_the_real_runs(page: str, values: np.ndarray, shared_data: Path) -> None:
    pytrec_eval = pytest.importorskip("pytrec_eval")
    folder = shared_data / "trec-dl19-pool"
    qrels: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "original/qrels.dl19-passage.txt").read_text().splitlines():
        topic, _, document, grade = line.split()
        qrels[topic][document] = int(grade)
    evaluator = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut_10"})
    for (_, name), row in zip(table(page, "name here"), values, strict=True):
        run: dict[str, dict[str, float]] = defaultdict(dict)
        for line in (folder / f"runs/{name}.txt").read_text().splitlines():
            topic, _, document, _, score, _ = line.split()
            run[topic][document] = float(score)
        found = evaluator.evaluate(run)
        expected = [found[cells[0]]["ndcg_cut_10"] for cells in table(page, "topic")]
        assert row == pytest.approx(expected, abs=5.1e-5)


def test_the_pairs_by_the_default_test(page: str, values: np.ndarray, comparison: Comparison) -> None:
    first, second = pairs(5)
    moments = differences(values)
    t = moments.mean * np.sqrt(43) / moments.deviation
    printed = []
    for m in np.argsort(-np.abs(t), kind="stable").tolist():
        row = comparison.pair(NAMES[first[m]], NAMES[second[m]])
        assert row.differs == (abs(t[m]) > 2.80)  # the page says so
        printed.append(
            [
                f"{row.first} – {row.second}",
                f"{moments.mean[m]:.4f}",
                f"{moments.deviation[m]:.4f}",
                f"{t[m]:.2f}",
                f"{row.wins}/{row.ties}/{row.losses}",
                f"{row.p:.4f}",
                f"{row.p_corrected:.4f}",
                "yes" if row.differs else "no",
            ]
        )
    assert table(page, "pair by t") == printed


def test_the_bar_that_the_page_names(page: str, values: np.ndarray) -> None:
    """The largest |t| of ten pairs under sign flips, drawn here with numpy's own generator."""
    signs = np.random.default_rng(1).choice([-1.0, 1.0], (20_000, 43))
    first, second = pairs(5)
    flipped = [signs * (values[i] - values[j]) for i, j in zip(first, second, strict=True)]
    t = [np.abs(d.mean(axis=1)) * np.sqrt(43) / d.std(axis=1, ddof=1) for d in flipped]
    bar = float(np.quantile(np.max(t, axis=0), 0.95))
    assert bar == pytest.approx(2.80, abs=0.05)
    assert "is 2.80 or more for 5 %" in page


def test_the_pairs_by_wilcoxon(page: str, values: np.ndarray) -> None:
    comparison = compare_systems(NAMES, values, test="wilcoxon")
    first, second = pairs(5)
    result, moments = wilcoxon(values), differences(values)
    corrected = CORRECTIONS["bh"](result)
    printed = []
    for k, m in enumerate(np.argsort(result.p, kind="stable").tolist(), 1):
        row = comparison.pair(NAMES[first[m]], NAMES[second[m]])
        used = row.wins + row.losses
        positive = (used * (used + 1) / 2 + result.statistic[m]) / 2
        assert row.p_corrected == corrected[m] == pytest.approx(result.p[m] * 10 / k)  # the page says so
        printed.append(
            [
                f"{row.first} – {row.second}",
                f"{moments.mean[m]:.4f}",
                f"{moments.deviation[m]:.4f}",
                f"{row.wins}/{row.ties}/{row.losses}",
                f"{positive:g}",
                f"{positive - result.statistic[m]:g}",
                f"{row.p:.6f}",
                str(k),
                f"{row.p_corrected:.6f}",
                "yes" if row.differs else "no",
            ]
        )
    assert table(page, "pair | difference") == printed


def test_the_systems(page: str, comparison: Comparison) -> None:
    printed = []
    for row in comparison.systems():
        low, high = comparison.rank_bounds[NAMES.index(row.name)]
        printed.append(
            [
                row.name,
                f"{row.mean:.4f}",
                f"{row.low:.4f} to {row.high:.4f}",
                str(row.rank),
                f"{row.rank_low} to {row.rank_high}",
                f"{low} to {high}",
                str(row.group),
                " ".join(row.letters),
            ]
        )
    assert table(page, "system") == printed


def test_the_claim_that_depends_on_the_method(page: str, values: np.ndarray) -> None:
    found = [
        compare_systems(NAMES, values, test=test, correction=correction)
        for test, correction in (("wilcoxon", "bh"), ("t", "holm"), ("randomisation", "max-t"))
    ]
    for name, *cells in table(page, "pair | Wilcoxon, corrected by `bh`"):
        one, other = name.split(" – ")
        assert cells == [f"{each.pair(one, other).p_corrected:.4f}" for each in found]


def test_the_smallest_detectable_difference(page: str, values: np.ndarray) -> None:
    found = smallest_detectable_difference(values)
    assert f"= {found.deviation:.4f}; λ" in page
    assert f"√43 = {found.difference:.3f}." in page


def test_the_default_is_the_documented_one(page: str) -> None:
    assert "tested at once by `randomisation` with `max-t`" in page
    assert {choose_test(n)[:2] for n in (2, 43, 999, 6980)} == {("randomisation", "max-t")}


@pytest.mark.parametrize("name", [*TESTS, *CORRECTIONS])
def test_every_test_and_correction_is_documented(page: str, name: str) -> None:
    assert f"`{name}`" in page


def test_the_examples_run(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    scope: dict[str, object] = {}
    for code in re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL):
        exec(compile(code, "docs/statistics.md", "exec"), scope)
    assert "randomisation max-t 50 queries" in capsys.readouterr().out
