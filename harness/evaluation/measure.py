"""The name of a measure, read from and printed in the notation of ir_measures."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from harness.errors import CommandError, UnknownNameError
from harness.evaluation.definition import Definition, Value
from harness.evaluation.table import ALIASES, MEASURES, TREC_EVAL_CUTOFF

_NOTATION = re.compile(r"(?P<name>[A-Za-z][\w-]*)(?:\((?P<parameters>.*)\))?(?:@(?P<cutoff>[^@()]+))?")
_TREC_EVAL = re.compile(rf"(?P<name>{'|'.join(TREC_EVAL_CUTOFF)})[._](?P<cutoff>\d+(?:\.\d+)?)")
_PARAMETER = re.compile(r"\s*(?P<key>[A-Za-z_]\w*)\s*=\s*(?P<value>'[^']*'|\"[^\"]*\"|[^,'\"]+?)\s*(?:,|$)")


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure with its cutoff and settings; ``str()`` gives the canonical name, which parses back.

    Attributes:
        name: a name of the table of measures.
        cutoff: a rank, a share of recall for IPrec, or None.
        parameters: (key, value) of those settings that differ from their defaults, sorted by key.
    """

    name: str
    cutoff: int | float | None = None
    parameters: tuple[tuple[str, Value], ...] = ()

    def __str__(self) -> str:
        inside = ",".join(f"{key}={value!r}" for key, value in self.parameters)
        return (
            self.name + (f"({inside})" if inside else "") + ("" if self.cutoff is None else f"@{self.cutoff}")
        )

    @property
    def definition(self) -> Definition:
        """The entry of the table of measures."""
        return _definition(self.name)

    def __getitem__(self, key: str) -> Value:
        """The value of a setting, given or default."""
        return dict(self.parameters).get(key, self.definition.parameters[key].default)

    def integer(self, key: str) -> int:
        """The value of a setting that is an integer."""
        return int(self[key])

    @property
    def depth(self) -> int | None:
        """The cutoff as a rank, or None."""
        return None if self.cutoff is None else int(self.cutoff)


@cache
def _definition(name: str) -> Definition:
    definition: Definition = MEASURES[name]
    return definition


def parse_measure(text: str) -> Measure:
    """Read ``nDCG@10``, ``P(rel=2)@10``, ``nDCG(dcg='exp-log2')@10`` or trec_eval's ``ndcg_cut_10``.

    Raises:
        UnknownNameError: no measure has this name.
        CommandError: a cutoff or a setting that the measure does not take, saying what it takes.
    """
    match = _TREC_EVAL.fullmatch(text.strip()) or _NOTATION.fullmatch(text.strip())
    if match is None:
        raise CommandError(f"{text!r} is no measure; write NAME, NAME@CUTOFF or NAME(key=value)@CUTOFF.")
    parts = match.groupdict()
    name = ALIASES.get(parts["name"], parts["name"])
    if name not in MEASURES:
        raise UnknownNameError("measure", parts["name"], [*MEASURES, *ALIASES])
    definition: Definition = MEASURES[name]
    return Measure(
        name,
        _cutoff(text, definition, parts["cutoff"]),
        _parameters(text, definition, parts.get("parameters") or ""),
    )


def parse_measures(texts: Iterable[str | Measure]) -> tuple[Measure, ...]:
    """Read several names, each measure once, in the order given; all bad names are reported together."""
    found: dict[Measure, None] = {}
    errors: list[CommandError] = []
    for text in texts:
        try:
            found[text if isinstance(text, Measure) else parse_measure(text)] = None
        except CommandError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise CommandError("\n".join([f"{len(errors)} measures cannot be used.", *map(str, errors)]))
    return tuple(found)


def _cutoff(text: str, definition: Definition, cutoff: str | None) -> int | float | None:
    name, kind = definition.name, definition.cutoff
    if cutoff is None:
        if kind in ("required", "recall"):
            example = "0.1" if kind == "recall" else "10"
            raise CommandError(f"{text!r}: {name} needs a cutoff, for example {name}@{example}.")
        return None
    if kind == "none":
        raise CommandError(f"{text!r}: {name} takes no cutoff.")
    if kind == "recall":
        if re.fullmatch(r"\d*\.?\d+", cutoff) and 0 <= float(cutoff) <= 1:
            return float(cutoff)
        raise CommandError(f"{text!r}: the cutoff of {name} is a share of recall from 0 to 1.")
    if re.fullmatch(r"[0-9]{1,9}", cutoff) and int(cutoff) >= 1:
        return int(cutoff)
    raise CommandError(f"{text!r}: the cutoff of {name} is a rank, an integer from 1 to 999999999.")


def _parameters(text: str, definition: Definition, inside: str) -> tuple[tuple[str, Value], ...]:
    found: dict[str, Value] = {}
    position = 0
    while position < len(inside):
        match = _PARAMETER.match(inside, position)
        if match is None:
            raise CommandError(f"{text!r}: cannot read {inside[position:]!r}; write key=value, key=value.")
        position = match.end()
        key = match["key"]
        if key not in definition.parameters:
            known = ", ".join(definition.parameters) or "no settings"
            raise CommandError(f"{text!r}: {definition.name} has no setting {key!r}; it takes {known}.")
        if key in found:
            raise CommandError(f"{text!r}: {key} is given twice.")
        found[key] = _value(text, definition, key, match["value"])
    return tuple((k, v) for k, v in sorted(found.items()) if v != definition.parameters[k].default)


def _value(text: str, definition: Definition, key: str, written: str) -> Value:
    parameter = definition.parameters[key]
    try:
        value = ast.literal_eval(written)
    except (ValueError, SyntaxError):
        value = None
    if isinstance(value, (int, float, str)) and parameter.accepts(value):
        return type(parameter.default)(value)
    raise CommandError(f"{text!r}: {key} must be {parameter.allowed}; found {written}.")
