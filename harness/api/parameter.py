"""Parameters of an operation: declared once, read from requests and written into the OpenAPI document."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.errors import CommandError, Problem, RequestError
from harness.evaluation.measure import parse_measure
from harness.ledger.moment import parse_moment

MAX_TEXT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter.

    Attributes:
        name: as requests write it.
        kind: a key of :data:`KINDS`.
        place: ``query`` or ``path``.
        required: must be given.
        many: may be given more than once; its value is then a tuple, empty where it is not given.
        default: the value where it is not given.
        least, most: bounds of a number, or of how often it is given.
        choices: the only texts that will do; empty for any.
        meaning: a sentence.
    """

    name: str
    meaning: str
    kind: str = "text"
    place: str = "query"
    many: bool = False
    required: bool = False
    default: Any = None
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()

    def read(self, text: str) -> Any:
        """The value that a text means.

        Raises:
            ValueError, CommandError: it means none.
        """
        if len(text) > MAX_TEXT or not text.isprintable():
            raise ValueError(f"expected at most {MAX_TEXT} printable characters")
        if self.choices and text not in self.choices:
            raise ValueError(f"expected one of {', '.join(self.choices)}; found {text!r}")
        value = KINDS[self.kind][0](text)
        if not self.many and self.least is not None and value < self.least:
            raise ValueError(f"expected {self.least:g} or more; found {text!r}")
        if not self.many and self.most is not None and value > self.most:
            raise ValueError(f"expected {self.most:g} or less; found {text!r}")
        return value

    def schema(self) -> dict[str, Any]:
        """The value's JSON schema."""
        one: dict[str, Any] = dict(KINDS[self.kind][1])
        if self.choices:
            one["enum"] = list(self.choices)
        bounds = {"minimum": self.least, "maximum": self.most}
        if self.many:
            named = {"minItems": self.least, "maxItems": self.most}
            return {"type": "array", "items": one} | {k: v for k, v in named.items() if v is not None}
        if self.default is not None:
            one["default"] = self.default
        return one | {key: value for key, value in bounds.items() if value is not None}


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValueError(f"expected a whole number of at most nine digits; found {text!r}")
    return int(text)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise ValueError(f"expected a number; found {text!r}") from error


def _truth(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(f"expected true or false; found {text!r}")
    return text == "true"


KINDS: Mapping[str, tuple[Callable[[str], Any], Mapping[str, Any]]] = {
    "text": (str, {"type": "string", "maxLength": MAX_TEXT}),
    "whole": (_whole, {"type": "integer"}),
    "number": (_number, {"type": "number"}),
    "truth": (_truth, {"type": "boolean"}),
    "moment": (parse_moment, {"type": "string", "description": "an ISO 8601 time with its zone, or a date"}),
    "measure": (lambda text: str(parse_measure(text)), {"type": "string", "examples": ["nDCG@10"]}),
}
"""Kind to the function that reads it and its JSON schema."""


ALSO: Mapping[str, str] = {"systems": "system", "datasets": "dataset", "measures": "measure"}
"""Names that the addresses of the pages have, to the API's names for the same."""


def read_parameters(
    declared: Iterable[Parameter], path: Mapping[str, str], query: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """The values of a request's parameters; what is wrong with any of them is told together.

    Raises:
        RequestError: 400, with a problem for each parameter that is unknown, repeated, absent or malformed.
    """
    known = {each.name: each for each in declared}
    problems: list[Problem] = []
    query = [(ALSO.get(name, name) if name not in known else name, text) for name, text in query]
    values: dict[str, Any] = {each.name: () if each.many else each.default for each in known.values()}
    given = [*path.items(), *query]
    for name, text in given:
        parameter = known.get(name)
        if parameter is None:
            problems.append(Problem(name[:60], f"there is no such parameter.{_nearest(name, known)}"))
            continue
        if not parameter.many and sum(other == name for other, _ in given) > 1:
            problems.append(Problem(name, "given more than once."))
            continue
        try:
            value = parameter.read(text)
        except (ValueError, CommandError) as error:
            problems.append(Problem(name, f"{str(error).rstrip('.')}."))
            continue
        values[name] = (*values[name], value) if parameter.many else value
    problems += [
        Problem(name, "this parameter is required and absent.")
        for name, each in known.items()
        if each.required and name not in {other for other, _ in given}
    ]
    problems += [
        Problem(each.name, f"given {len(values[each.name])} times; expected {_bounds(each)}.")
        for each in known.values()
        if each.many and not (each.least or 0) <= len(values[each.name]) <= (each.most or 1000)
    ]
    if problems:
        raise RequestError(400, "The request's parameters are wrong.", list(dict.fromkeys(problems)))
    return values


def _bounds(parameter: Parameter) -> str:
    return f"{parameter.least or 0:g} to {parameter.most or 1000:g}"


def _nearest(name: str, known: Mapping[str, Parameter]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        return f" Did you mean {near[0]!r}?"
    return f" Known: {', '.join(known)}." if known else " This address takes none."
