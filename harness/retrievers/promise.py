"""What a declared system promises: the scores it gives here, and those that others have published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from harness.config import Strict
from harness.runfiles.card import Line

TOLERANCE: Final = 1e-4
"""The tolerance, in absolute score, that needs no reason: one unit in the fourth digit."""

Value = Annotated[float, Field(allow_inf_nan=False)]


class Expected(Strict):
    """A mean that the system gives, printed with four digits.

    Attributes:
        value: the mean over all judged queries.
        tolerance: the largest absolute difference that is accepted; above 1e-4 it needs a reason.
        reason: why the score may differ by that much.
    """

    value: Value
    tolerance: Annotated[float, Field(ge=TOLERANCE, le=1, allow_inf_nan=False)] = TOLERANCE
    reason: Line | None = None

    @model_validator(mode="after")
    def _reasoned(self) -> Expected:
        if self.tolerance > TOLERANCE and self.reason is None:
            raise ValueError(f"a tolerance above {TOLERANCE:g} needs a reason")
        return self


def _entry(value: Any) -> Any:
    """The short form, a bare number, written out."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"value": value}
    if isinstance(value, Mapping | Expected):
        return value
    raise ValueError("expected a number, or a mapping with value, tolerance and reason")


Entry = Annotated[Expected, BeforeValidator(_entry, json_schema_input_type=float | Expected)]
ExpectedScores = Mapping[str, Annotated[Mapping[str, Entry], Field(min_length=1)]]
"""Data set → measure → what is expected."""


class Published(Strict):
    """A mean that somebody else has published for the same system.

    Attributes:
        dataset: the data set's name in the catalogue.
        measure: the measure's name here, whatever the source calls it.
        value: the figure as a share of one.
        digits: decimals that the source prints, of the share.
        source: where it stands: repository with commit and file, or paper with table.
        note: why a faithful run may differ.
    """

    dataset: str
    measure: str
    value: Value
    digits: Annotated[int, Field(ge=1, le=9)] = 4
    source: Line
    note: Line | None = None


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError("a day such as 2026-01-31 is needed") from error


class ReproducedOn(Strict):
    """The machine class and the day of the last reproduction that was written down."""

    machine_class: Line
    date: Annotated[str, AfterValidator(_day)]
