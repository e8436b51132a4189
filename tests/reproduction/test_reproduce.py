"""Declared systems run again: what is promised, what is found, what is wrong with the record."""

from __future__ import annotations

import gzip
import shlex
import shutil
from pathlib import Path

import pytest

import harness
from harness.cli.main import main
from harness.errors import CommandError, UnknownNameError
from harness.reproduction.plan import plan
from harness.reproduction.reproduction import STORED_RUN, Reproduction
from harness.reproduction.verdict import Verdict
from harness.retrievers.table import RETRIEVERS
from tests.conftest import needs_neural
from tests.reproduction.files import rewrite, with_parameters

REPRODUCED, WITHIN, DIFFERENT, FAILED, CANNOT = Verdict


def verdicts(found: Reproduction) -> set[Verdict]:
    return {row.verdict for row in found.rows}


def keep(files: list[Path], out: Path) -> None:
    """Leave runs of the demo to be compared with."""
    harness.reproduce(files, datasets=["demo"], out=out, store_runs="nothing-here")


def test_every_baseline_of_the_demo_is_reproduced(home: Path) -> None:
    # what the contract tests have run with this code is taken: language models are not asked twice
    files = sorted(home.glob("baselines/*.yaml"))
    found = harness.reproduce(files, datasets=["demo"], offline=True, resume=True)
    lexical = [row for row in found.rows if row.family == "lexical"]
    assert len({row.system for row in lexical}) >= 6
    assert {row.verdict for row in lexical} == {REPRODUCED}
    assert found.ok
    assert not (home / "runs").exists(), "runs are kept only where --out says so"


def test_token_vectors_are_read_first_whatever_the_order_of_the_report(home: Path) -> None:
    needs_neural()
    said: list[str] = []
    files = [home / "baselines" / f"{name}.yaml" for name in ("minilm", "minilm-maxsim", "bm25")]
    found = harness.reproduce(files, datasets=["demo"], offline=True, progress=said.append)
    assert said == ["demo: minilm-maxsim", "demo: minilm", "demo: bm25"]
    assert list(dict.fromkeys(row.system for row in found.rows)) == ["minilm", "minilm-maxsim", "bm25"]


def test_bm25_gives_anserinis_published_scores(
    shared_data: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_DATA", str(shared_data))
    found = harness.reproduce([home / "baselines" / "bm25.yaml"], against="published")
    assert [(row.dataset, row.measure, row.expected, row.verdict) for row in found.rows] == [
        ("scifact", "nDCG@10", 0.6789, REPRODUCED),
        ("scifact", "R@100", 0.9253, REPRODUCED),
        ("scifact", "R@1000", 0.9767, REPRODUCED),
    ]
    assert all("castorini/anserini@81e3414" in row.reason for row in found.rows)
    assert ("bm25", "demo") in found.unpromised


def test_another_k1_turns_exactly_its_rows_to_different(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = with_parameters(home / "baselines" / "bm25.yaml", k1=5)
    files = [changed, home / "baselines" / "overlap.yaml", home / "baselines" / "tfidf.yaml"]
    found = harness.reproduce(files, datasets=["demo"])
    assert {row.system: row.verdict for row in found.rows} == {
        "bm25": DIFFERENT, "overlap": REPRODUCED, "tfidf": REPRODUCED,
    }  # fmt: skip
    assert [row.verdict for row in found.rows] == [DIFFERENT] * 4 + [REPRODUCED] * 8
    assert main(["reproduce", *map(str, files), "--dataset", "demo"]) == 1
    assert "8 reproduced, 0 within tolerance, 4 different" in capsys.readouterr().out


@pytest.mark.parametrize("shift", [0.004, -0.004], ids=["promised too much", "promised too little"])
def test_a_tolerance_with_a_reason_is_used_in_both_directions(home: Path, shift: float) -> None:
    path = home / "baselines" / "bm25.yaml"
    score = {"value": 0.6270 + shift, "tolerance": 0.005, "reason": "another stemmer"}
    rewrite(path, expected={"demo": {"nDCG@10": score, "AP": 0.5195 + shift}})
    loose, strict = harness.reproduce([path], datasets=["demo"]).rows
    assert (loose.verdict, loose.reason) == (WITHIN, "another stemmer")
    assert strict.verdict is DIFFERENT
    assert strict.difference == pytest.approx(-shift, abs=1e-4)


def test_the_systems_of_a_matrix_are_held_to_their_own_scores(home: Path) -> None:
    # k1 = 0.9, b = 0.4 is bm25.yaml and k1 = 1.2, b = 0.75 bm25-tuned.yaml
    expected = {
        "bm25-k1-0.9-b-0.4": {"demo": {"nDCG@10": 0.6270}},
        "bm25-k1-1.2-b-0.75": {"demo": {"nDCG@10": 0.6270}},
    }
    matrix = {"parameters": {"k1": [0.9, 1.2], "b": [0.4, 0.75]}, "expected": expected}
    path = rewrite(home / "baselines" / "bm25.yaml", matrix=matrix, expected=None, published=None)
    found = harness.reproduce([path], datasets=["demo"])
    assert [(row.system, row.verdict) for row in found.rows] == [
        ("bm25-k1-0.9-b-0.4", REPRODUCED),
        ("bm25-k1-1.2-b-0.75", DIFFERENT),
    ]
    assert len(found.unpromised) == 2
    command = plan([path], datasets=["demo"]).jobs[1].command(Path("out"))
    assert main(shlex.split(command)[1:]) == 0
    assert Path("out/demo/bm25-k1-1.2-b-0.75/card.yaml").is_file()


def test_a_crash_is_failed_and_never_a_score(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RETRIEVERS._table, "crashing", "tests.reproduction.crashing:Crashing")
    crashing = home / "crashing.yaml"
    shutil.copy(home / "baselines" / "overlap.yaml", crashing)
    rewrite(crashing, system="crashing", pipeline=[{"retrieve": "crashing"}])
    found = harness.reproduce([crashing, home / "baselines" / "tfidf.yaml"], datasets=["demo"], out="out")
    failed = [row for row in found.rows if row.system == "crashing"]
    assert len(failed) == 4
    assert {(row.verdict, row.found, row.difference) for row in failed} == {(FAILED, None, None)}
    assert all("ZeroDivisionError: died after document " in row.reason for row in failed)
    assert {row.verdict for row in found.rows if row.system == "tfidf"} == {REPRODUCED}
    assert not found.ok
    assert not Path("out/demo/crashing").exists()


def test_a_checkpoint_that_cannot_be_reached_cannot_run_here(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RETRIEVERS._table, "far", "tests.reproduction.crashing:Unreachable")
    path = rewrite(home / "baselines" / "overlap.yaml", pipeline=[{"retrieve": "far"}])
    found = harness.reproduce([path])
    assert {(row.verdict, row.found) for row in found.rows} == {(CANNOT, None)}
    assert "somebody/something" in found.rows[0].reason


@pytest.mark.parametrize(
    ("value", "digits", "verdict"),
    [(0.627, 3, REPRODUCED), (0.63, 2, REPRODUCED), (0.63, 4, DIFFERENT), (0.617, 3, DIFFERENT)],
)
def test_published_figures_are_compared_at_their_own_digits(
    home: Path, value: float, digits: int, verdict: Verdict
) -> None:
    figure = {"dataset": "demo", "measure": "nDCG@10", "value": value, "digits": digits, "source": "a paper"}
    path = rewrite(home / "baselines" / "bm25.yaml", published=[figure])  # nDCG@10 is 0.62702
    (row,) = harness.reproduce([path], datasets=["demo"], against="published").rows
    assert (row.verdict, row.reason) == (verdict, "published by a paper")


def test_a_missing_package_cannot_run_here(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RETRIEVERS._table, "neural", "a_package_nobody_has.neural:Neural")
    monkeypatch.setitem(RETRIEVERS._extras, "neural", ("a_package_nobody_has", "torch"))
    path = rewrite(
        home / "baselines" / "overlap.yaml", pipeline=[{"retrieve": "neural", "parameters": {"a": 1}}]
    )
    found = harness.reproduce([path])
    assert {(row.verdict, row.found) for row in found.rows} == {(CANNOT, None)}
    assert "pip install 'retrieval-harness[torch]'" in found.rows[0].reason
    assert found.ok, "what cannot run here is counted and is no fault"


@pytest.mark.parametrize("offline", [True, False])
def test_missing_data_cannot_run_here(home: Path, offline: bool) -> None:
    found = harness.reproduce([home / "baselines" / "bm25.yaml"], datasets=["vaswani"], offline=offline)
    assert {(row.verdict, row.found) for row in found.rows} == {(CANNOT, None)}
    assert str(home / "data" / "vaswani") in found.rows[0].reason


def test_offline_nothing_is_fetched(home: Path) -> None:
    found = harness.reproduce([home / "baselines" / "bm25.yaml"], datasets=["scifact"], offline=True)
    assert verdicts(found) == {CANNOT}
    assert "offline" in found.rows[0].reason


def test_malformed_data_is_failed(home: Path) -> None:
    folder = home / "data" / "adi"
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text('{"_id": "1", "text": "a"}\n')
    (folder / "queries.jsonl").write_text("no json\n")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n1\t1\t1\n")
    found = harness.reproduce([home / "baselines" / "bm25.yaml"], datasets=["adi", "demo"])
    assert {row.dataset: row.verdict for row in found.rows} == {"adi": FAILED, "demo": REPRODUCED}
    assert "queries.jsonl:1" in found.rows[-1].reason


def test_files_that_cannot_be_read_are_failed_and_do_not_hide_the_others(home: Path) -> None:
    broken = rewrite(home / "baselines" / "overlap.yaml", expected={"demo": {"nDGC@10": 0.5}})
    twice = home / "again.yaml"
    shutil.copy(home / "baselines" / "tfidf.yaml", twice)
    files = [home / "nowhere.yaml", broken, home / "baselines" / "tfidf.yaml", twice]
    found = harness.reproduce(files, datasets=["demo"])
    failed = {row.system: row.reason for row in found.rows if row.verdict is FAILED}
    assert failed.keys() == {"nowhere", "overlap", "tfidf"}
    assert "There is no file" in failed["nowhere"]
    assert "expected.demo.nDGC@10" in failed["overlap"] and "nDCG" in failed["overlap"]
    assert "rename one of them" in failed["tfidf"]
    assert [row.verdict for row in found.rows[3:]] == [REPRODUCED] * 4


def test_names_that_do_not_exist_are_told_before_any_work(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = home / "baselines" / "overlap.yaml"
    rewrite(path, datasets=["demo", "scifat"], expected={"demo": {"nDGC@10": 0.5}})
    for words in (
        ["run", str(path), "--dataset", "demo", "--out", "out"],
        ["reproduce", str(path), "--list"],
    ):
        assert main(words) == 1
        told = capsys.readouterr()
        assert told.out == "", "no table without rows"
        assert "datasets[1]: There is no data set 'scifat'. Did you mean 'scifact'" in told.err
        assert "expected.demo.nDGC@10: There is no measure 'nDGC'. Did you mean 'nDCG'" in told.err
    assert not Path("out").exists()


def test_no_promise_is_passed_over(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = home / "baselines" / "bm25.yaml"
    rewrite(path, datasets=["demo"], published=None)
    for expected, told in (
        ({"demo": {"nDCG@10": 0.627}, 2019: {"AP": 0.3}}, "expected.2019: '2019' is not among the system's"),
        ({"demo": {5: 1.0}}, "expected.demo.5: "),
    ):
        rewrite(path, expected=expected)
        for words in (["reproduce", str(path)], ["run", str(path), "--dataset", "demo", "--out", "out"]):
            assert main(words) == 1
            captured = capsys.readouterr()
            assert told in captured.err + captured.out
    assert not Path("out").exists()


def test_an_identical_stored_run_is_recognised(home: Path) -> None:
    files = [home / "baselines" / "bm25.yaml"]
    keep(files, home / "runs")
    found = harness.reproduce(files, datasets=["demo"])
    (run,) = found.runs
    assert run.identical and run.changed == () and run.moved == ()
    assert (run.tau, run.overlap, run.rmse) == (1.0, pytest.approx(1.0), 0.0)


def test_a_run_edited_by_hand_is_found_out(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [home / "baselines" / "bm25.yaml"]
    keep(files, home / "runs")
    path = home / "runs" / "demo" / "bm25" / "run.trec.gz"
    rows = gzip.decompress(path.read_bytes()).decode().splitlines()
    query = rows[0].split()[0]
    first, *others = [row for row in rows if row.split()[0] == query]
    fields = first.split()
    edited = " ".join([*fields[:4], "0.001", fields[5]])  # the best document becomes the last
    path.write_bytes(gzip.compress("\n".join([edited, *others, *rows[1 + len(others) :], ""]).encode()))
    found = harness.reproduce(files, datasets=["demo"])
    (run,) = found.runs
    assert not run.identical
    assert run.changed == run.top_changed == (query,)
    assert run.tau is not None and run.tau < 1
    assert run.overlap < 1
    record = found.rows[-1]
    assert (record.measure, record.verdict) == (STORED_RUN, FAILED)
    assert "is not the run that its card names" in record.reason
    assert [row.verdict for row in found.rows[:-1]] == [REPRODUCED] * 4, "the new run is still what it was"
    assert main(["reproduce", *map(str, files), "--dataset", "demo"]) == 1
    assert f"1 of 90 queries changed: {query}" in capsys.readouterr().out


@pytest.mark.parametrize("gone", ["card.yaml", "run.trec.gz"])
def test_half_a_stored_record_is_failed(home: Path, gone: str) -> None:
    files = [home / "baselines" / "overlap.yaml"]
    keep(files, home / "runs")
    (home / "runs" / "demo" / "overlap" / gone).unlink()
    found = harness.reproduce(files, datasets=["demo"])
    assert found.rows[-1].verdict is FAILED and f"{gone} missing" in found.rows[-1].reason


def test_another_run_is_measured_against_the_stored_one(home: Path) -> None:
    files = [home / "baselines" / "bm25.yaml", home / "baselines" / "tfidf.yaml"]
    keep(files, home / "runs")
    with_parameters(files[0], k1=5)
    bm25, tfidf = harness.reproduce(files, datasets=["demo"]).runs
    data = harness.load_dataset("demo")
    scores = [
        harness.evaluate(run, data.qrels, ["nDCG@10"]).by_query()["nDCG@10"]
        for run in (home / "runs" / "demo" / "bm25" / "run.trec.gz", _again(files[0], home))
    ]
    differences = {query: scores[1][query] - scores[0][query] for query in scores[0]}
    assert bm25.rmse == pytest.approx((sum(d * d for d in differences.values()) / len(differences)) ** 0.5)
    assert 0 < bm25.rmse < 0.2 and bm25.tau is not None and 0.5 < bm25.tau < 1 and 0.5 < bm25.overlap < 1
    assert len(bm25.moved) == 5
    assert abs(differences[bm25.moved[0].query]) == max(map(abs, differences.values()))
    assert set(bm25.top_changed) < set(bm25.changed)
    # tfidf's run is what it was; its advantage over bm25 is not, since bm25 changed
    before, after = (sum(by_query.values()) / len(by_query) for by_query in scores)
    assert tfidf.identical
    mean = tfidf.found_mean
    assert tfidf.effect_ratio == pytest.approx((mean - after) / (mean - before))
    assert tfidf.relative_improvement_change == pytest.approx(
        (mean - before) / before - (mean - after) / after
    )


def _again(path: Path, home: Path) -> Path:
    return harness.run(path, "demo", home / "again").run_path


def test_the_record_is_never_overwritten(home: Path) -> None:
    with pytest.raises(CommandError, match="choose another folder"):
        harness.reproduce([home / "baselines" / "bm25.yaml"], datasets=["demo"], out="runs")


def test_reports_and_runs_that_cannot_be_written_are_refused_before_any_work(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(home / "baselines" / "bm25.yaml")
    for option, place, message in (
        ("--json", ".", "--json names the folder .; name a file."),
        ("--junit", "baselines", "--junit names the folder baselines; name a file."),
        ("--out", path, "is a file, and --out names the folder"),
    ):
        assert main(["reproduce", path, "--dataset", "demo", option, place]) == 2
        told = capsys.readouterr()
        assert told.out == "" and message in told.err


def test_a_filter_that_fits_nothing_is_refused(home: Path) -> None:
    files = [home / "baselines" / "bm25.yaml"]
    with pytest.raises(UnknownNameError, match="Did you mean 'scifact'"):
        harness.reproduce(files, datasets=["demo", "scifat"])
    with pytest.raises(UnknownNameError, match="lexical"):
        harness.reproduce(files, families=["lexicla"])
    with pytest.raises(CommandError, match="no published score"):
        harness.reproduce(files, datasets=["demo"], against="published")
