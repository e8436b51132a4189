"""Who leads, and why the numbers of groups need not rise, in words; groups are set by hand."""

from __future__ import annotations

from harness.leaderboard.overview import Line, Overview
from leaderboard_app.first_group import crossing, crossing_words, leaders


def line(system: str, value: float | None, group: int | None) -> Line:
    return Line(system, "dense", {}, value, None, None, group, None, ())


def board(*lines: Line, note: str = "") -> Overview:
    return Overview(datasets=("d",), measure="M", lines=lines, rule="a test", note=note)


def test_the_first_group_is_named_up_to_five() -> None:
    lines = [line(f"s{number}", 0.9 - number / 100, 1) for number in range(7)]
    found = leaders(board(*lines, line("last", 0.1, 8), line("lacking", None, None)))
    assert found
    assert found.said == "First group, 7 of 8: no system is significantly better than"
    assert found.systems == ("s0", "s1", "s2", "s3", "s4")
    assert found.more == 2


def test_where_nobody_can_be_told_apart_the_first_group_is_no_finding() -> None:
    found = leaders(board(line("a", 0.5, 1), line("b", 0.4, 1), note="With 3 queries …"))
    assert found
    assert found.said == "Nobody can be told apart here; highest score"
    assert found.systems == ("a",)


def test_without_groups_the_highest_score_is_named() -> None:
    found = leaders(board(line("a", 0.5, None)))
    assert found
    assert (found.said, found.systems) == ("Highest score", ("a",))
    assert leaders(board(line("a", None, None))) is None


def test_groups_against_the_order_of_scores_are_explained() -> None:
    lines = (line("a", 0.9, 1), line("b", 0.8, 8), line("c", 0.7, 5), line("d", 0.6, 9))
    found = crossing(lines)
    assert found
    assert [each.system for each in found] == ["b", "c"]
    words = crossing_words(lines, "queries")
    assert "c (group 5) stands below b (group 8)" in words
    assert words.endswith("over the queries.")
    assert crossing_words((lines[0], lines[2], lines[3]), "queries") == ""
