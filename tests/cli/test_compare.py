"""``harness compare`` as a person meets it, and every file that it writes."""

from __future__ import annotations

import csv
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.cli.main import main
from harness.errors import CommandError
from harness.statistics.reports.latex import escape
from harness.statistics.reports.table import REPORTS, write_report
from harness.statistics.runs import compare_runs
from tests.conftest import needed

QRELS = "".join(f"q{i} 0 r 1\n" for i in range(1, 7))


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three runs whose RR is 1 for top, 1/2 for mid; weak_& has no spread and is 1/4 on every query."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "qrels.txt").write_text(QRELS)
    for name, ranks in {"top": (1, 1, 1, 1, 1, 1), "mid": (2, 2, 2, 2, 2, 1), "weak_&": (4,) * 6}.items():
        lines = [
            f"q{i} Q0 {'r' if k == rank else f'x{k}'} {k} {-k} t\n"
            for i, rank in enumerate(ranks, 1)
            for k in range(1, rank + 1)
        ]
        (tmp_path / f"{name}.txt").write_text("".join(lines))
    return tmp_path


def compare(*arguments: str) -> int:
    return main(
        ["compare", "top.txt", "mid.txt", "weak_&.txt", "--qrels", "qrels.txt", "-m", "RR", *arguments]
    )


def test_the_table_has_groups_pairs_and_the_method_in_words(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare("--test", "t", "--queries", "2") == 0
    out = capsys.readouterr().out
    # by hand: means 1, (5/2 + 1)/6 and 1/4; top and weak differ by the same 0.75 on every query
    assert out.startswith("RR on qrels.txt: 3 systems, 6 judged queries\n")
    assert re.search(r"^ +1  a +top +1\.0000  1\.0000 to 1\.0000 +1  1 to 1$", out, flags=re.M)
    assert re.search(r"^ +2  b +mid +0\.5833 ", out, flags=re.M)
    assert re.search(r"^top +mid +\+0\.4167 +\S+ to \S+ +\S+ +\S+ +5/1/0 +better$", out, flags=re.M)
    assert re.search(r"^top +weak_& +\+0\.7500 .* \+inf +6/0/0 +better$", out, flags=re.M)
    for line in (
        "test: t, paired",
        "correction: holm over all 3 pairs",
        "why: As asked for",
        "alpha: 0.05",
        "seed: 20191113",
        "scored by: harness",
        "note: top and weak_& differ by the same amount",
    ):
        assert line in out
    assert "mid against top: biggest gains\nnone" in out
    assert re.search(r"mid against top: biggest losses\n.*\n.*\nq1 +0\.5000  1\.0000  -0\.5000", out)


def test_a_baseline_and_names(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["compare", "best=top.txt", "mid.txt", "weak_&.txt", "--qrels", "qrels.txt", "-m", "RR"]
    assert main([*arguments, "--baseline", "mid"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^best +mid +\+0\.4167", out, flags=re.M)
    assert re.search(r"^weak_& +mid +-0\.3333", out, flags=re.M)
    assert not re.search(r"^best +weak_& ", out, flags=re.M)
    assert "over all 3 pairs, of which the 2 with mid are shown" in out


def test_the_five_dl19_runs_in_a_process_of_their_own(shared_data: Path) -> None:
    """Groups and letters of docs/statistics.md, from the real files; nothing that is not used is loaded."""
    folder = shared_data / "trec-dl19-pool"
    runs = [
        "splade-pp-ed",
        "openai-ada2",
        "bm25.rerank.output_v2_vicuna_7b.20230912T184913",
        "bm25-rm3",
        "bm25",
    ]
    code = (
        "import sys; from harness.cli.main import main; done = main(sys.argv[1:]); "
        "assert not {'matplotlib', 'pandas', 'scipy', 'ranx'} & set(sys.modules); sys.exit(done)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "compare", *(f"runs/{name}.txt" for name in runs),
         "--qrels", "original/qrels.dl19-passage.txt"],
        capture_output=True, text=True, cwd=folder, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = [re.split(r" {2,}", line.strip())[:4] for line in done.stdout.splitlines()[4:9]]
    assert rows == [
        ["1", "a", "splade-pp-ed", "0.7308"],
        ["1", "a", "openai-ada2", "0.7035"],
        ["1", "a", "bm25.rerank.output_v2_vicuna_7b.20230912T184913", "0.6675"],
        ["4", "b", "bm25-rm3", "0.5216"],
        ["4", "b", "bm25", "0.5058"],
    ]
    assert "correction: max-t over all 10 pairs" in done.stdout


def strict(text: str) -> dict[str, object]:
    """JSON without NaN and Infinity, which Python would let pass."""
    return json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))  # type: ignore[no-any-return]


def test_json_is_valid_and_the_same_on_screen_and_in_the_file(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare("--format", "json", "--json", "all.json", "--queries", "1") == 0
    shown = strict(capsys.readouterr().out)
    written = strict((files / "all.json").read_text())
    gains = shown.pop("gains")
    assert shown == written
    assert isinstance(gains, list) and gains[0]["losses"][0]["difference"] == -0.5
    pairs = {(p["first"], p["second"]): p for p in written["pairs"]}  # type: ignore[attr-defined]
    assert pairs["top", "weak_&"]["effect"] is None, "both are constant: Hedges' g is infinite"
    assert pairs["top", "mid"]["wins"] == 5
    assert written["values"]["mid"] == [0.5, 0.5, 0.5, 0.5, 0.5, 1.0]  # type: ignore[index]
    assert [row["name"] for row in written["systems"]] == ["top", "mid", "weak_&"]  # type: ignore[attr-defined]
    assert written["method"]["seed"] == 20191113  # type: ignore[index]


def test_csv_has_a_row_for_each_pair(files: Path) -> None:
    assert compare("--csv", "pairs.csv") == 0
    with (files / "pairs.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["first"], row["second"]) for row in rows] == [
        ("top", "mid"),
        ("top", "weak_&"),
        ("mid", "weak_&"),
    ]
    assert float(rows[1]["effect"]) == float("inf")
    assert (rows[0]["wins"], rows[0]["ties"], rows[0]["losses"]) == ("5", "1", "0")
    assert float(rows[0]["second_mean"]) == 3.5 / 6


def test_latex_escapes_names_and_marks_groups(files: Path) -> None:
    assert compare("--test", "t", "--latex", "table.tex") == 0
    text = (files / "table.tex").read_text()
    assert r"3 & weak\_\& & 0.2500 & $^{\mathrm{c}}$ & [0.2500, 0.2500] \\" in text
    for rule in (r"\begin{tabular}{rlr@{}lc}", r"\toprule", r"\midrule", r"\bottomrule", r"\end{tabular}"):
        assert text.count(rule) == 1
    assert "% test: t, paired" in text
    assert compare("--test", "t", "--baseline", "top", "--latex", "table.tex") == 0
    text = (files / "table.tex").read_text()
    assert r"1 & top & 1.0000 & $^{\mathrm{a}}$ & [1.0000, 1.0000] & -- & -- & -- & -- \\" in text
    assert r"$-0.7500$ & 0.0312 & $-\infty$ & 0/0/6 \\" in text
    assert "Difference to top" in text
    body = [line for line in text.splitlines() if "&" in line and not line.startswith("%")]
    assert len({len(re.findall(r"(?<!\\)&", line)) + line.count("multicolumn") for line in body}) == 1


def test_every_special_character_of_latex_is_escaped() -> None:
    assert escape("a_b & 50% #1 $x {y} ~ ^ \\\n") == (
        r"a\_b \& 50\% \#1 \$x \{y\} \textasciitilde{} \textasciicircum{} \textbackslash{} "
    )
    assert escape("a<b>|c\"d'e`") == (
        r"a\textless{}b\textgreater{}\textbar{}c''d\textquotesingle{}e\textasciigrave{}"
    )
    assert escape("run--a,,b---c") == "run-{}-a,{},b-{}-{}-c", (
        "no dashes and quotation marks out of ligatures"
    )


STRANGE = "a_b & 50% #1 $x {y} ~^ \\ <|> \"'` --,, é"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="TeX is not installed")
@pytest.mark.parametrize("baseline", [[], ["--baseline", STRANGE]], ids=["all pairs", "baseline"])
@pytest.mark.parametrize("fonts", ["", r"\usepackage[T1]{fontenc}"], ids=["OT1", "T1"])
def test_latex_compiles(files: Path, baseline: list[str], fonts: str) -> None:
    runs = ["top.txt", "mid.txt", f"{STRANGE}=weak_&.txt"]
    assert main(["compare", *runs, "--qrels", "qrels.txt", *baseline, "--latex", "table.tex"]) == 0
    lines = [r"\documentclass{article}", fonts, r"\usepackage{booktabs}", r"\begin{document}", r"\tiny"]
    (files / "page.tex").write_text("\n".join([*lines, r"\input{table}", r"\end{document}"]))
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(command, capture_output=True, cwd=files, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")


def test_names_in_other_scripts_bring_a_word_of_advice(files: Path) -> None:
    assert compare("--latex", "table.tex") == 0
    assert "LuaLaTeX" not in (files / "table.tex").read_text()
    runs = ["top.txt", "日本=mid.txt"]
    assert main(["compare", *runs, "--qrels", "qrels.txt", "--latex", "table.tex"]) == 0
    assert "LuaLaTeX" in (files / "table.tex").read_text()


def test_every_report_is_the_same_bytes_twice(files: Path) -> None:
    drawn = importlib.util.find_spec("matplotlib") is not None
    endings = list(REPORTS) if drawn else [".json", ".csv", ".tex"]
    for ending in endings:
        written = []
        for _ in range(2):
            found = compare_runs(["top.txt", "mid.txt"], qrels="qrels.txt", measure="RR")
            write_report(found, files / f"out{ending}")
            written.append((files / f"out{ending}").read_bytes())
        assert written[0] == written[1] != b""


def test_the_plot_is_drawn_in_each_form(files: Path) -> None:
    needed("matplotlib", importlib.util.find_spec("matplotlib") is not None, "pip install '.[plot]'")
    for ending, magic in {".svg": b"<?xml", ".png": b"\x89PNG", ".pdf": b"%PDF"}.items():
        assert compare("--test", "t", "--plot", f"plot{ending}", "--baseline", "mid") == 0
        content = (files / f"plot{ending}").read_bytes()
        assert content.startswith(magic)
    svg = (files / "plot.svg").read_text()
    assert "<dc:date>" not in svg
    for comment in ("RR on qrels.txt: 3 systems, 6 judged queries", "weak_&amp;  (3)", "+0.4167, 5/1/0"):
        assert f"<!-- {comment}" in svg, "matplotlib writes the text of each label as a comment"
    assert main(["compare", "$x$=top.txt", "mid.txt", "--qrels", "qrels.txt", "--plot", "dollar.svg"]) == 0
    assert "<!-- $x$" in (files / "dollar.svg").read_text(), "a name is never a formula"


def test_a_plot_of_many_systems_is_bounded(files: Path) -> None:
    needed("matplotlib", importlib.util.find_spec("matplotlib") is not None, "pip install '.[plot]'")
    runs = []
    for i in range(20):
        ranks = [1 + (i * 7 + 3 * q) % 5 for q in range(6)]
        lines = [
            f"q{q} Q0 {'r' if k == rank else f'x{k}'} {k} {-k} t\n"
            for q, rank in enumerate(ranks, 1)
            for k in range(1, rank + 1)
        ]
        (files / f"{'long-name-' * 8}{i}.txt").write_text("".join(lines))
        runs.append(f"{'long-name-' * 8}{i}.txt")
    assert main(["compare", *runs, "--qrels", "qrels.txt", "-m", "RR", "--plot", "many.svg"]) == 0
    assert "7 more systems are not drawn" in (files / "many.svg").read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["top.txt", "--qrels", "qrels.txt"], 2, "two runs or more"),
        (["top.txt", "mid.txt"], 2, "--dataset --qrels"),
        (["top.txt", "mid.txt", "--qrels", "qrels.txt", "--dataset", "demo"], 2, "not allowed with"),
        (["top.txt", "mid.txt", "--dataset", "dmeo"], 2, "demo"),
        (["top.txt", "mid.txt", "--dataset", "demo"], 1, "answers none of the"),
        (["top.txt", "none.txt", "--qrels", "qrels.txt"], 2, "none.txt"),
        (["top.txt", "top.txt", "--qrels", "qrels.txt"], 2, "given twice"),
        (["a=top.txt", "a=mid.txt", "--qrels", "qrels.txt"], 2, "more than once: a"),
        (["top.txt", "mid.txt", "--qrels", "qrels.txt", "--baseline", "tpo"], 2, "'top'"),
        (["top.txt", "mid.txt", "--qrels", "qrels.txt", "--test", "wilcoxn"], 2, "'wilcoxon'"),
        (["top.txt", "mid.txt", "--qrels", "qrels.txt", "--correction", "hlm"], 2, "'holm'"),
        (["top.txt", "mid.txt", "--qrels", "qrels.txt", "--alpha", "2"], 2, "alpha"),
        (["top.txt", "mid.txt", "--qrels", "qrels.txt", "--seed", "-1"], 2, "seed"),
        (["top.txt", "mid.txt", "--qrels", "qrels.txt", "--queries", "-1"], 2, "--queries"),
        (["top.txt", "mid.txt", "--qrels", "qrels.txt", "-m", "nDGC@10"], 2, "nDCG"),
        (["top.txt", "mid.txt", "--qrels", "qrels.txt", "--plot", "x.jpg"], 2, ".svg, .png, .pdf"),
        (["top.txt", "mid.txt", "--qrels", "qrels.txt", "--csv", "x", "--json", "x"], 2, "two reports"),
        (["top.txt", "mid.txt", "--qrels", "qrels.txt", "--csv", "qrels.txt/x.csv"], 2, "cannot be written"),
    ],
)
def test_bad_input_gives_a_sentence_and_the_right_exit_code(
    files: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, says: str
) -> None:
    try:
        found = main(["compare", *arguments])
    except SystemExit as exit_:  # argparse's own refusals
        found = int(exit_.code or 0)
    caught = capsys.readouterr()
    assert found == code, caught.err
    assert says in caught.err
    assert caught.out == ""


def test_without_matplotlib_the_extra_is_named_before_any_work(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "harness.statistics.reports.plot", raising=False)
    assert main(["compare", "none.txt", "mid.txt", "--qrels", "qrels.txt", "--plot", "x.svg"]) == 2
    caught = capsys.readouterr()
    assert "pip install 'retrieval-harness[plot]'" in caught.err and "none.txt" not in caught.err


def test_an_unknown_ending_is_refused(files: Path) -> None:
    found = compare_runs(["top.txt", "mid.txt"], qrels="qrels.txt", measure="RR")
    with pytest.raises(CommandError, match=r"'.tx'.*'.tex'"):
        write_report(found, files / "table.tx")
