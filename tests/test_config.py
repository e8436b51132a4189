"""YAML is read strictly: everything wrong at once, with file, line or key path."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from harness.config import Strict, check, key_path, load_yaml, read_yaml
from harness.errors import SpecError


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
    assert found["depth"] == "expected a whole number, found the text '10'."
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


def test_key_paths_are_written_as_people_point_at_them() -> None:
    assert key_path(("datasets", "demo", 0, "k")) == "datasets.demo[0].k"
    assert key_path(()) == "(top level)"
