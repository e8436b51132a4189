"""The command: table, JSON, JUnit, list, plain commands, schema."""

from __future__ import annotations

import io
import json
import shlex
import xml.etree.ElementTree as ET
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import pytest
import yaml

from harness.cli.main import main
from harness.reproduction.reports.junit import junit
from harness.reproduction.reports.table import coloured, lines
from harness.reproduction.reproduction import Reproduction, Row
from harness.reproduction.verdict import Verdict
from harness.retrievers.schema import schema_text
from tests.conftest import ROOT
from tests.reproduction.files import rewrite, with_parameters


def scored(system: str, measure: str, verdict: Verdict, found: float | None, reason: str = "") -> Row:
    return Row(
        system=system,
        dataset="d",
        measure=measure,
        verdict=verdict,
        expected=0.5,
        found=found,
        tolerance=1e-4,
        reason=reason,
    )


MIXED = Reproduction(
    against="expected",
    rows=(
        scored("a", "AP", Verdict.REPRODUCED, 0.5),
        scored("a", "P@5", Verdict.DIFFERENT, 0.6),
        scored("b", "AP", Verdict.FAILED, None, '<died> & "\x00\x1b[1m'),
        scored("c", "AP", Verdict.CANNOT, None, "no data\nput it in"),
        Row(system="e", verdict=Verdict.FAILED, reason="There is no file."),
    ),
    unpromised=(("f", "d"),),
)


def test_junit_is_well_formed_whatever_the_reasons_hold() -> None:
    suite = ET.fromstring(junit(MIXED)).find("testsuite")
    assert suite is not None
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["5", "1", "2", "1"]
    cases = suite.findall("testcase")
    assert [[child.tag for child in case] for case in cases] == [
        [],
        ["failure"],
        ["error"],
        ["skipped"],
        ["error"],
    ]
    assert [(case.get("classname"), case.get("name")) for case in cases[::2]] == [
        ("d.a", "AP"),
        ("d.b", "AP"),
        ("e", "file"),
    ]
    assert cases[1][0].get("message") == "expected 0.5000, found 0.600000, tolerance 0.0001"
    assert cases[2][0].text == '<died> & "��[1m'
    assert cases[3][0].get("message") == "no data"


def test_the_table_says_everything_without_colours() -> None:
    text = "\n".join(lines(MIXED))
    assert "\033" not in text.replace("\x1b[1m", "")  # the one in the reason is not ours
    assert "1 reproduced, 0 within tolerance, 1 different, 2 failed, 1 cannot run here" in text
    assert "c on d, cannot run here: no data\nput it in" in text
    assert "have no expected score: f on d" in text
    row = next(line for line in text.splitlines() if "P@5" in line)
    assert row.split() == ["a", "d", "P@5", "0.5000", "0.6000", "+0.100000", "0.0001", "different"]


def test_colours_change_no_column() -> None:
    bare, painted = list(lines(MIXED)), list(lines(MIXED, paint=coloured))
    assert painted != bare
    for verdict in Verdict:
        painted = [line.replace(coloured("", verdict)[:-4], "").replace("\033[0m", "") for line in painted]
    assert painted == bare


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("no_color", "seen"), [("", True), ("1", False)])
def test_colours_on_a_terminal_unless_no_color(
    home: Path, monkeypatch: pytest.MonkeyPatch, no_color: str, seen: bool
) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setenv("NO_COLOR", no_color)
    assert main(["reproduce", "baselines/overlap.yaml", "--dataset", "demo"]) == 0
    assert ("\033[32mreproduced\033[0m" in screen.getvalue()) is seen


def test_the_same_report_in_every_form(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_parameters(Path("baselines/bm25.yaml"), k1=5)
    files = ["baselines/bm25.yaml", "baselines/tfidf.yaml"]
    forms = ["--json", "report.json", "--junit", "report.xml", "--format", "json", "--out", "out"]
    assert main(["reproduce", *files, "--dataset", "demo", *forms]) == 1
    printed, written = json.loads(capsys.readouterr().out), json.loads(Path("report.json").read_text())
    assert printed["rows"] == written["rows"]
    assert (written["ok"], written["against"]) == (False, "expected")
    assert written["counts"] == {
        "reproduced": 4, "within tolerance": 0, "different": 4, "failed": 0, "cannot run here": 0,
    }  # fmt: skip
    row = written["rows"][0]
    assert (row["system"], row["dataset"], row["measure"], row["verdict"]) == (
        "bm25",
        "demo",
        "nDCG@10",
        "different",
    )
    assert row["difference"] == row["found"] - row["expected"] != 0
    assert written["machine_class"] and written["versions"]["python"]
    assert len(ET.parse("report.xml").findall(".//failure")) == 4
    assert Path("out/demo/tfidf/card.yaml").is_file()


def test_dry_run_prints_commands_that_work(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(
            ["reproduce", "--dry-run", "--dataset", "demo", "baselines/overlap.yaml", "baselines/tfidf.yaml"]
        )
        == 0
    )
    commands = capsys.readouterr().out.splitlines()
    assert commands == [
        f"harness run baselines/{name}.yaml --dataset demo --out out/demo/{name}"
        for name in ("overlap", "tfidf")
    ]
    assert not Path("out").exists()
    assert main(shlex.split(commands[0])[1:]) == 0
    assert Path("out/demo/overlap/run.trec.gz").is_file()


def test_list_says_what_can_run_here(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["baselines/bm25.yaml", "--list", "--format", "json"]
    assert main(["reproduce", *options]) == 0
    online = {row["dataset"]: row for row in json.loads(capsys.readouterr().out)}
    assert {name: online[name]["can_run_here"] for name in ("demo", "scifact", "vaswani")} == {
        "demo": "yes", "scifact": "after a download" if find_spec("beir") else "no", "vaswani": "no",
    }  # fmt: skip
    assert "corpus.jsonl" in online["vaswani"]["why_not"]
    assert main(["reproduce", *options, "--offline"]) == 0
    offline = {row["dataset"]: row for row in json.loads(capsys.readouterr().out)}
    assert offline["scifact"]["can_run_here"] == "no"
    assert not Path("data").exists(), "listing fetches nothing"


def test_all_takes_the_baselines_folder(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "--all", "--list", "--family", "lexical", "--dataset", "demo"]) == 0
    table = capsys.readouterr().out
    assert all(name in table for name in ("bm25-nostem", "bm25-tuned", "overlap", "ql-dirichlet", "tfidf"))
    assert main(["reproduce"]) == 2
    assert "--all" in capsys.readouterr().err


def test_a_broken_file_is_told_by_list_and_dry_run(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewrite(Path("baselines/tfidf.yaml"), familly="lexical")
    for option in ("--list", "--dry-run"):
        assert main(["reproduce", "baselines/overlap.yaml", "baselines/tfidf.yaml", option]) == 1
        told = capsys.readouterr()
        assert "overlap" in told.out and "familly" in told.err


def test_the_committed_schema_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "--schema"]) == 0
    assert capsys.readouterr().out == schema_text()
    current = "baselines/schema.json is old; harness reproduce --schema > baselines/schema.json"
    assert json.loads((ROOT / "baselines" / "schema.json").read_text()) == json.loads(schema_text()), current


@pytest.mark.parametrize("path", sorted((ROOT / "baselines").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_baseline_names_the_schema_and_fits_it(path: Path) -> None:
    text = path.read_text()
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")
    jsonschema.Draft202012Validator(json.loads(schema_text())).validate(yaml.safe_load(text))


@pytest.mark.parametrize(
    "change",
    [
        {"familly": "x"},
        {"expected": {"demo": {"AP": "high"}}},
        {"expected": {"demo": {"AP": {"value": 0.5, "tolerance": 0.00001}}}},
        {"pipeline": [{"retrieve": "bm26"}]},
        {"pipeline": [{"retrieve": "bm25", "parameters": {"k_1": 0.9}}]},
        {"published": [{"dataset": "demo", "measure": "AP", "value": 0.5}]},
    ],
    ids=lambda change: str(change)[:60],
)
def test_the_schema_finds_what_the_reader_finds(home: Path, change: dict[str, object]) -> None:
    path = rewrite(home / "baselines" / "bm25.yaml", **change)
    validator = jsonschema.Draft202012Validator(json.loads(schema_text()))
    assert not validator.is_valid(yaml.safe_load(path.read_text()))


def test_the_hubs_systems_are_listed_by_what_others_published(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reproduce", "--hub", "--list", "--offline", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {"colbertv2", "splade-v3", "bm25-rankzephyr"} <= {row["system"] for row in listed}
    assert {row["can_run_here"] for row in listed} == {"no"}
