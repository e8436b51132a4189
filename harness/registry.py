"""Tables of extension points: a name, and where the thing behind it is found.

A table is a literal ``{"name": "package.module:Attribute"}``; adding an entry is one line. The module is
imported when the entry is first asked for, so that a table costs nothing to have.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator, Mapping
from typing import Any

from harness.errors import MissingExtraError, UnknownNameError


class Registry(Mapping[str, Any]):
    """Named things of one kind, imported on first use.

    Args:
        kind: what an entry is called in messages, for example ``"retriever"``.
        table: name to ``"package.module:Attribute"``.
        extras: for entries that need an optional extra, name to (package, extra).
    """

    def __init__(
        self, kind: str, table: Mapping[str, str], extras: Mapping[str, tuple[str, str]] | None = None
    ) -> None:
        self.kind = kind
        self._table = dict(table)
        self._extras = dict(extras or {})

    def __getitem__(self, name: str) -> Any:
        if name not in self._table:
            raise UnknownNameError(self.kind, name, self._table)
        module_name, _, attribute = self._table[name].partition(":")
        try:
            return getattr(importlib.import_module(module_name), attribute)
        except ModuleNotFoundError as error:
            package, extra = self._extras.get(name, ("", ""))
            if error.name is None or error.name.split(".")[0] != package:
                raise  # a broken import of our own must not read like a missing extra
            raise MissingExtraError(f"The {self.kind} {name!r}", package, extra) from error

    def missing(self, name: str) -> MissingExtraError | None:
        """What using an entry would raise for want of its optional package; nothing is imported."""
        package, extra = self._extras.get(name, ("", ""))
        if not package or importlib.util.find_spec(package):
            return None
        return MissingExtraError(f"The {self.kind} {name!r}", package, extra)

    def extra_of(self, name: str) -> str | None:
        """The optional extra that an entry needs, or None."""
        return self._extras[name][1] if name in self._extras else None

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    def __contains__(self, name: object) -> bool:
        return name in self._table
