"""Every check of the table: it loads, an input produces it, a good run does not, it is documented."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from harness.errors import RunFileError
from harness.runfiles.checks.table import CHECKS, FUNCTIONS
from harness.runfiles.limits import Limits
from harness.runfiles.reader import read_run
from harness.runfiles.validation import Validation, validate
from tests.conftest import ROOT

GOOD = "q1 Q0 d1 1 2.0 t\nq1 Q0 d2 2 1.0 t\nq2 Q0 d1 1 1.0 t\n"

# One smallest input for each code. A new check needs a line here.
EXAMPLES: dict[str, str | bytes] = {
    "truncated": gzip.compress(GOOD.encode() * 100)[:-9],
    "too-large": GOOD + "q3 Q0 " + "d" * 300 + " 1 1.0 t\n",
    "empty": "",
    "byte-order-mark": "\ufeff" + GOOD,
    "not-utf8": GOOD.encode() + b"q3 Q0 \xff 1 1.0 t\n",
    "control-character": GOOD + "q3 Q0 d\x7f 1 1.0 t\n",
    "unicode-space": GOOD + "q3 Q0 d\u2003 1 1.0 t\n",
    "wrong-columns": GOOD + "q3 Q0 d1 1 1.0\n",
    "comment-line": GOOD + "#\n",
    "blank-line": GOOD + "\n",
    "text-score": GOOD + "q3 Q0 d1 1 one t\n",
    "nan-score": GOOD + "q3 Q0 d1 1 NaN t\n",
    "infinite-score": GOOD + "q3 Q0 d1 1 -inf t\n",
    "bad-rank": GOOD + "q3 Q0 d1 first 1.0 t\n",
    "rank-contradicts-score": GOOD + "q1 Q0 d9 3 9.0 t\n",
    "duplicate-document": GOOD + "q1 Q0 d1 3 0.5 t\n",
    "mixed-tags": GOOD + "q3 Q0 d1 1 1.0 u\n",
    "long-tag": "q1 Q0 d1 1 1.0 a-tag-of-21-characters\n",
    "ties": GOOD + "q1 Q0 d3 3 1.0 t\n",
    "unknown-query": GOOD + "q9 Q0 d1 1 1.0 t\n",
    "missing-queries": "q1 Q0 d1 1 2.0 t\n",
    "too-deep": GOOD + "".join(f"q1 Q0 d{i} {i} 0.{100 - i} t\n" for i in range(3, 8)),
    "unknown-document": GOOD + "q3 Q0 d999 1 1.0 t\n",
    "self-match": GOOD + "q3 Q0 q3 1 1.0 t\n",
}


def examined(tmp_path: Path, content: str | bytes) -> Validation:
    path = tmp_path / "run"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return validate(
        path,
        queries=["q1", "q2", "q3"],
        documents=[*(f"d{i}" for i in range(10)), "q3"],
        judged=["q1", "q2"],
        depth=6,
        limits=Limits(line_bytes=200),
    )


def test_examples_and_table_have_the_same_codes() -> None:
    assert list(EXAMPLES) == list(CHECKS), "give each check of the table one example here, in its order"


@pytest.mark.parametrize("code", CHECKS)
def test_the_example_produces_the_code_with_the_severity_of_the_table(tmp_path: Path, code: str) -> None:
    issues = [issue for issue in examined(tmp_path, EXAMPLES[code]).issues if issue.code == code]
    assert issues, f"the example of {code} must produce it"
    assert {issue.severity for issue in issues} == {CHECKS[code].severity}
    for issue in issues:
        assert len(issue.message) > 20
        assert issue.message.endswith((".", "?")), "a message is a sentence"


@pytest.mark.parametrize("code", CHECKS)
def test_a_good_run_produces_nothing(tmp_path: Path, code: str) -> None:
    assert [issue for issue in examined(tmp_path, GOOD).issues if issue.code == code] == []


@pytest.mark.parametrize("code", CHECKS)
def test_only_errors_of_the_file_alone_make_it_unreadable(tmp_path: Path, code: str) -> None:
    found = examined(tmp_path, EXAMPLES[code])
    assert (found.run is None) == CHECKS[code].makes_unreadable
    if CHECKS[code].makes_unreadable:
        with pytest.raises(RunFileError):
            read_run(tmp_path / "run", limits=Limits(line_bytes=200))


@pytest.mark.parametrize("code", CHECKS)
def test_the_entry_is_complete(code: str) -> None:
    check = CHECKS[code]
    assert check.severity in {"error", "warning", "note"}
    assert check.meaning.endswith(".")
    assert callable(FUNCTIONS[code])
    assert FUNCTIONS[code].__doc__


@pytest.mark.parametrize("code", CHECKS)
def test_the_code_has_a_row_in_the_documentation(code: str) -> None:
    page = (ROOT / "docs" / "run-files.md").read_text(encoding="utf-8")
    assert f"| `{code}` | {CHECKS[code].severity} |" in page
