"""YAML is read strictly: everything wrong at once, with file, line or key path."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from harness.config import Strict, check, key_path, read_yaml
from harness.errors import SpecError
from harness.yaml_text import load_yaml


class Circle(Strict):
    kind: Literal["circle"]
    radius: float


class Square(Strict):
    kind: Literal["square"]
    side: float


class Drawing(Strict):
    name: str
    depth: int = 10
    shapes: list[Annotated[Circle | Square, Field(discriminator="kind")]] = Field(default_factory=list)
    notes: dict[str, Circle] = Field(default_factory=dict)


def problems(value: object) -> dict[str, str]:
    with pytest.raises(SpecError) as caught:
        check(value, Drawing, where="drawing.yaml")
    return {problem.where: problem.message for problem in caught.value.problems}


def test_a_good_file_becomes_the_schema(tmp_path: Path) -> None:
    path = tmp_path / "d.yaml"
    path.write_text("name: größe\nshapes:\n- {kind: circle, radius: 2}\n", encoding="utf-8")
    found = read_yaml(path, Drawing)
    assert found == Drawing(name="größe", shapes=[Circle(kind="circle", radius=2.0)])


def test_every_problem_is_named_at_once() -> None:
    found = problems(
        {
            "dept": 3,
            "depth": "10",
            "shapes": [{"kind": "circle", "radus": 1}, {"kind": "oval"}],
            "notes": {"a": 1},
        }
    )
    assert set(found) == {
        "name",
        "dept",
        "depth",
        "shapes[0].circle.radius",
        "shapes[0].circle.radus",
        "shapes[1]",
        "notes.a",
    }
    assert found["name"] == "this key is required and absent."
    assert found["dept"] == "unknown key. Did you mean 'depth'?"
    assert found["depth"] == "expected a whole number, found the text '10'. Remove the quotes."
    assert "Did you mean 'radius'" in found["shapes[0].circle.radus"]
    assert "oval" in found["shapes[1]"]


@pytest.mark.parametrize("value", [None, [], "text", 3])
def test_something_else_than_a_mapping_is_one_problem(value: object) -> None:
    assert set(problems(value)) == {"(top level)"}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: 1\nb: 2\na: 3\n", ":3"),
        ("a: [1,\nb: 2\n", ":3"),
        ("a: 1\n\tb: 2\n", ":2"),
        ("x:\n  a: 1\n  a: 2\n", ":3"),
    ],
)
def test_broken_yaml_is_named_with_its_line(tmp_path: Path, text: str, where: str) -> None:
    path = tmp_path / "d.yaml"
    path.write_text(text)
    with pytest.raises(SpecError) as caught:
        load_yaml(path)
    assert caught.value.problems[0].where == f"{path}{where}"


@pytest.mark.parametrize(
    "text",
    [
        "? [a, b]\n: 1\n",
        "{[]: 1}",
        "? {}\n: 1\n",
        "a: !!python/object:os.system x\n",
        "&a a: *b\n",
        "\x00",
        "name: 2026-13-45\n",
        "name: !!int x\n",
        "name: &a [*a]\n",
        "name: &a {<<: *a}\n",
        "name: " + "[" * 5000,
        "name: " + "[" * 5000 + "]" * 5000,
        "",
        "a: &a [x,x]\n"
        + "".join(f"{b}: &{b} [*{a},*{a},*{a},*{a},*{a},*{a}]\n" for a, b in pairwise("abcdefghijkl")),
    ],
)
def test_odd_yaml_is_our_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "d.yaml"
    path.write_text(text)
    with pytest.raises(SpecError):
        read_yaml(path, Drawing)


def test_unreadable_files_are_our_errors(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="There is no file"):
        load_yaml(tmp_path / "absent.yaml")
    with pytest.raises(SpecError, match="is a folder"):
        load_yaml(tmp_path)
    (tmp_path / "latin.yaml").write_bytes(b"name: gr\xf6\xdfe\n")
    with pytest.raises(SpecError, match="UTF-8"):
        load_yaml(tmp_path / "latin.yaml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: {2019-01-02: 1}", "is no text; put it in quotes"),
        ("{[1]: 2}", "is no text"),
        ("2019: 1\n'2019': 2", "'2019' stands twice"),
        ("true: 1\n'true': 2", "'true' stands twice"),
    ],
)
def test_keys_that_would_be_lost_are_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "keys.yaml").write_text(text)
    with pytest.raises(SpecError, match=says):
        load_yaml(tmp_path / "keys.yaml")


@pytest.mark.parametrize("number", ["0100", "-017", "0_7", "1:30", "190:20:30", "1:30.5"])
def test_numbers_that_readers_of_yaml_disagree_on_are_refused(tmp_path: Path, number: str) -> None:
    """YAML 1.1 reads 0100 as 64 and 1:30 as 90, YAML 1.2 as 100 and as a text: nobody would see it."""
    (tmp_path / "d.yaml").write_text(f"name: x\ndepth: {number}\n")
    with pytest.raises(SpecError) as caught:
        load_yaml(tmp_path / "d.yaml")
    (problem,) = caught.value.problems
    assert problem.where == f"{tmp_path / 'd.yaml'}:2"
    assert problem.message.startswith(f"{number} is octal or in sixties")


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("-0", 0), ("10", 10), ("0.5", 0.5), ("1.0e-5", 1e-5), ("'0100'", "0100"), ("0x1f", 31)],
)
def test_other_numbers_are_what_they_say(tmp_path: Path, text: str, value: object) -> None:
    (tmp_path / "d.yaml").write_text(f"a: {text}\n")
    assert load_yaml(tmp_path / "d.yaml") == {"a": value}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("1e-5", "found the text '1e-5'. With an exponent YAML's numbers have a point and a sign: 1.0e-5."),
        ("1.0e5", "have a point and a sign: 1.0e-5."),
        ("'0.9'", "found the text '0.9'. Remove the quotes."),
        ("0,9", "found the text '0,9'. Write a point, not a comma."),
        ("nine", "found the text 'nine'."),
    ],
)
def test_a_text_that_looks_like_a_number_is_told_how_to_become_one(
    tmp_path: Path, text: str, hint: str
) -> None:
    (tmp_path / "d.yaml").write_text(f"name: x\nshapes:\n- kind: circle\n  radius: {text}\n")
    with pytest.raises(SpecError) as caught:
        read_yaml(tmp_path / "d.yaml", Drawing)
    (problem,) = caught.value.problems
    assert problem.message.startswith("expected a number") and problem.message.endswith(hint)


class Bounded(Strict):
    entries: Annotated[list[int], Field(min_length=1, max_length=2)]
    word: Annotated[str, Field(min_length=2, max_length=3)]
    name: Annotated[str, Field(pattern="^[a-z]+$")]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (
            {"entries": [], "word": "", "name": "A"},
            ("entries, at least 1, found the list []", "at least 2 long"),
        ),
        ({"entries": [1, 2, 3], "word": "abcd", "name": ""}, ("entries, at most 2, found", "at most 3 long")),
    ],
)
def test_bounds_are_told_in_the_same_words(value: object, says: tuple[str, str]) -> None:
    with pytest.raises(SpecError) as caught:
        check(value, Bounded, where="x")
    entries, word, name = (problem.message for problem in caught.value.problems)
    assert says[0] in entries and says[1] in word
    assert name.startswith("expected a text of the form ^[a-z]+$, found")


def test_a_broken_entry_is_one_problem_and_not_a_short_list_as_well() -> None:
    with pytest.raises(SpecError) as caught:
        check({"entries": ["x"], "word": "ab", "name": "a"}, Bounded, where="x")
    assert [problem.where for problem in caught.value.problems] == ["entries[0]"]


def test_key_paths_are_written_as_people_point_at_them() -> None:
    assert key_path(("datasets", "demo", 0, "k")) == "datasets.demo[0].k"
    assert key_path(()) == "(top level)"
