"""Every error that the harness raises on purpose.

::

    HarnessError                 exit code 1
    ├── CommandError             exit code 2: the command, not the data, is wrong
    │   ├── UnknownNameError     a name that no table holds, with the nearest ones
    │   ├── MissingExtraError    an optional package is absent, with the pip line
    │   └── RequestError         a request that a server turns down, with HTTP's status
    └── DataError                exit code 1: what was read is wrong; holds every problem found
        ├── SpecError            a YAML file: catalogue, baseline, card
        ├── DatasetError         documents, queries or judgments
        ├── UnavailableError     data that cannot be reached from here
        ├── RunFileError         a run file
        ├── ScoreError           a value that must not be published
        └── StoreError           the store or the record it is built from

A message says what is wrong, where, what was expected, what was found and how to mend it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Problem(NamedTuple):
    """One thing that is wrong: ``where`` is ``file:line`` or a key path, ``message`` a sentence."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class HarnessError(Exception):
    """Base of every error raised on purpose; caught by the command line and shown without a traceback."""

    exit_code = 1


class CommandError(HarnessError):
    """The command or the call is wrong, whatever the data."""

    exit_code = 2


class UnknownNameError(CommandError):
    """A name that the table of its kind does not hold."""

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        self.kind, self.name = kind, name
        names = sorted(known)
        self.nearest = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
        self.known = names
        if self.nearest:
            advice = "Did you mean " + " or ".join(repr(n) for n in self.nearest) + "?"
        elif names:
            advice = f"Known: {', '.join(names[:30])}{', …' if len(names) > 30 else ''}."
        else:
            advice = "" if hint else "There is none at all."
        super().__init__(" ".join(filter(None, (f"There is no {kind} {name!r}.", advice, hint))))


class MissingExtraError(CommandError):
    """A feature needs a package of an optional extra that is not installed."""

    def __init__(self, feature: str, package: str, extra: str, hint: str = "") -> None:
        self.feature, self.package, self.extra = feature, package, extra
        super().__init__(
            f"{feature} needs the package {package!r}, which is not installed. "
            f"Install it with: pip install 'retrieval-harness[{extra}]'{' ' + hint if hint else ''}"
        )


class RequestError(CommandError):
    """A request that a server turns down.

    Attributes:
        status: HTTP's status code.
        problems: everything that is wrong with the request.
        retry_after: seconds after which it may be sent again; 0 where waiting does not help.
    """

    def __init__(
        self, status: int, headline: str, problems: Sequence[Problem] = (), *, retry_after: int = 0
    ) -> None:
        self.status, self.headline, self.retry_after = status, headline, retry_after
        self.problems = tuple(problems)
        super().__init__("\n".join([headline, *(f"  {problem}" for problem in self.problems)]))


class DataError(HarnessError):
    """Something that was read is wrong; ``problems`` holds all of it."""

    def __init__(self, headline: str, problems: Sequence[Problem] = ()) -> None:
        self.headline = headline
        self.problems = tuple(problems)
        lines = [headline, *(f"  {problem}" for problem in self.problems)]
        super().__init__("\n".join(lines))


class SpecError(DataError):
    """A YAML file breaks its schema; every problem carries its key path."""


class DatasetError(DataError):
    """Documents, queries or judgments are malformed or contradict each other."""


class UnavailableError(DataError):
    """Data cannot be reached from here: the message names the URL, the place for a copy and the command."""


class RunFileError(DataError):
    """A run file cannot be read or must not be scored; problems carry ``file:line``."""


class ScoreError(DataError):
    """A score that must not be published: engines disagree or an invariant is broken."""


class StoreError(DataError):
    """The store, or the record it is rebuilt from, is unusable."""
