"""The policy: what hangs on hidden judgments, and that nothing changes where nothing is hidden."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from harness.datasets.catalogue import load_catalogue
from harness.datasets.spec import DatasetSpec
from harness.errors import SpecError
from harness.leaderboard.board import read_board
from harness.ledger.event import Draft, make_event
from harness.submissions.disclosure import public_board, public_events, public_receipt
from harness.submissions.policy import (
    OPEN,
    may_offer_run_file,
    may_show_per_query,
    may_show_queries,
    policies,
    policy_of,
    public_mean,
    public_measures,
    served_catalogue,
)
from harness.submissions.receipt import Duplicate, EntryReport, Finding, Flag, Receipt
from tests.submissions.conftest import Submit

SECRET, VAULT = {"hidden": "judgments"}, {"hidden": "queries-and-judgments"}


@pytest.mark.parametrize(
    ("spec", "per_query", "queries", "files"),
    [
        (None, True, True, True),
        ({}, True, True, True),
        ({"hidden": None}, True, True, True),
        (SECRET, False, True, True),
        (VAULT, False, False, False),
    ],
)
def test_what_may_be_shown_follows_the_entry(
    spec: dict[str, str] | None, per_query: bool, queries: bool, files: bool
) -> None:
    assert may_show_per_query(spec) == per_query
    assert may_show_queries(spec) == queries
    assert may_offer_run_file(spec) == files


def test_a_mean_is_as_closed_as_its_most_closed_part_at_any_depth() -> None:
    specs = {
        "open": {},
        "secret": SECRET,
        "vault": VAULT,
        "one": {"parts": ["open", "secret"]},
        "two": {"parts": ["one", "vault"]},
        "none": {"parts": ["open", "open"]},
        "ring": {"parts": ["ring", "secret"]},
    }
    found = {name: policy.hidden for name, policy in policies(specs).items()}
    assert found == {
        "open": "",
        "secret": "judgments",
        "vault": "queries-and-judgments",
        "one": "judgments",
        "two": "queries-and-judgments",
        "none": "",
        "ring": "judgments",
    }


def test_means_are_rounded_and_judged_at_k_left_out_where_judgments_are_hidden() -> None:
    assert public_mean(policy_of(SECRET), 0.12349) == 0.123
    assert public_mean(OPEN, 0.12349) == 0.12349
    assert public_measures(policy_of(SECRET), ["nDCG@10", "Judged@10"]) == ("nDCG@10",)
    assert public_measures(OPEN, ["nDCG@10", "Judged@10"]) == ("nDCG@10", "Judged@10")


def test_the_catalogue_takes_only_what_it_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    demo = load_catalogue()["demo"].model_dump(mode="json", exclude_none=True)
    path = tmp_path / "catalogue.yaml"
    monkeypatch.setenv("HARNESS_CATALOGUE", str(path))
    path.write_text(yaml.safe_dump({"datasets": {"demo": demo | {"hidden": "judgments"}}}))
    assert served_catalogue()["demo"].hidden == "judgments"
    path.write_text(yaml.safe_dump({"datasets": {"demo": demo | {"hidden": "queries"}}}))
    with pytest.raises(SpecError, match="hidden"):
        served_catalogue()
    assert DatasetSpec.model_fields["hidden"].default is None


def test_a_board_where_nothing_is_hidden_is_shown_as_it_is(submit: Submit, store: str) -> None:
    submit(1, "a")
    board = read_board(store)
    assert public_board(board, {"tiny": {}, "elsewhere": SECRET}) is board


def test_a_hidden_board_is_rounded_and_digested_as_shown(submit: Submit, store: str) -> None:
    for seed, system in ((1, "a"), (2, "b"), (3, "c")):
        submit(seed, system)
    board = read_board(store)
    shown = public_board(board, {"tiny": SECRET})
    assert shown.digest != board.digest
    assert public_board(board, {"tiny": SECRET}).digest == shown.digest
    exact = {row.system: row for row in board.rows}
    for row in shown.rows:
        assert row.measures["AP"] == round(exact[row.system].measures["AP"], 3)
        assert (row.tie_ranges, row.vectors_sha256, row.marks) == ({}, "", ())


def test_an_event_on_hidden_judgments_has_no_details_and_no_hash_to_guess_them_from() -> None:
    draft = Draft(
        "held", "harness", "secret", "s", "0" * 64, "perfect", {"marks": ["perfect"], "receipt": "r"}
    )
    first = make_event(draft, number=1, time="2026-01-01T00:00:00.000000Z", before="0" * 64)
    other = Draft("published", "ada", "open", "s", "1" * 64, "", {"marks": ["ties"]})
    second = make_event(other, number=2, time=first.time, before=first.hash)
    shown = public_events([first, second], {"secret": SECRET, "open": {}})
    assert (shown[0].details, shown[0].reason, shown[0].hash) == ({"receipt": "r"}, "", "")
    assert (shown[1].details, shown[1].hash, shown[1].before) == (second.details, second.hash, "")
    assert public_events([first], {"secret": {}}) == (first,)


def test_a_receipt_on_hidden_judgments_tells_rounded_means_and_what_its_own_file_shows() -> None:
    entry = EntryReport(
        dataset="secret",
        system="s",
        sha256="0" * 64,
        scores={"AP": 0.12349, "Judged@10": 0.5},
        findings=(
            Finding("run", "error", "wrong-columns", "Expected six columns.", 3),
            Finding("run", "warning", "missing-queries", "No line ranks documents for q1.", None, "q1"),
        ),
        duplicates=(Duplicate("same-scores", "t", "1" * 64, 1.0), Duplicate("same-run", "s", "0" * 64, 1.0)),
        flags=(Flag("perfect", "All queries are perfect.", True),),
    )
    receipt = Receipt(
        id="r", outcome="held", actor="ada", time="t", entries=(entry,), event=1, event_hash="2" * 64
    )
    (shown,) = public_receipt(receipt, policies({"secret": SECRET})).entries
    assert (dict(shown.scores), shown.flags) == ({"AP": 0.123}, ())
    assert [item.code for item in shown.findings] == ["wrong-columns", "missing-queries"]
    assert [item.kind for item in shown.duplicates] == ["same-run"]
    (closed,) = public_receipt(receipt, policies({"secret": VAULT})).entries
    assert [item.code for item in closed.findings] == ["wrong-columns"]
    assert public_receipt(receipt, policies({"secret": {}})) == receipt
