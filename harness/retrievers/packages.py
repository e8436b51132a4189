"""What an engine or a backend inside a stage needs beside the harness: optional packages, programs."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, Final, NamedTuple, Protocol

from harness.errors import CommandError, MissingExtraError


class Needed(Protocol):
    """Something that may be absent here."""

    def missing(self) -> CommandError | None:
        """What starting without it would raise, with the lines that get it; None where it is here."""
        ...


class Need(NamedTuple):
    """A package of an extra, and the feature that needs it, as a message begins with it."""

    feature: str
    package: str
    extra: str

    def missing(self) -> MissingExtraError | None:
        """What using the feature would raise; nothing is imported."""
        if importlib.util.find_spec(self.package):
            return None
        return MissingExtraError(self.feature, self.package, self.extra)


ONNX: Final = Need("The backend 'onnx'", "onnxruntime", "onnx")


def needs_of(made: Any) -> Iterator[Needed]:
    """The needs of a stage and of its parameters.

    Whatever has ``needs`` says them itself, as engines do; a stage with the parameter ``backend`` at ``onnx``
    needs onnxruntime.
    """
    yield from getattr(made, "needs", ())
    if is_dataclass(made):
        values = {field.name: getattr(made, field.name) for field in fields(made)}
        if values.get("backend") == "onnx":
            yield ONNX
        for value in values.values():
            yield from getattr(value, "needs", ())


def require(made: Any) -> None:
    """Refuse to start without a package or a program.

    Raises:
        CommandError: with the lines that get the first that is absent; a package is a ``MissingExtraError``.
    """
    for need in needs_of(made):
        if error := need.missing():
            raise error
