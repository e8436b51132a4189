"""Addresses as people write them: other spellings of a parameter, and names that no page knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from urllib.parse import quote, urlencode

from leaderboard_app.pages import PAGES, PageEntry

SPELLINGS = {"system": "systems", "systems": "system", "dataset": "datasets", "datasets": "dataset"}
"""The API and the pages name some parameters differently; a page takes either."""


def meant_page(given: Iterable[tuple[str, str]]) -> str:
    """Where an address of the board that names systems leads: the board has no such parameter.

    One system has a page, and so has its run on a data set; several are compared. Empty without a system.
    """
    named: dict[str, list[str]] = {"system": [], "dataset": []}
    for key, value in given:
        if key.removesuffix("s") in named and value:
            named[key.removesuffix("s")].append(value)
    systems, datasets = named["system"], named["dataset"]
    if not systems:
        return ""
    if len(systems) > 1:
        page, wanted = "compare", {"dataset": datasets[:1], "systems": systems}
    elif len(datasets) == 1:
        page, wanted = "run", {"dataset": datasets, "system": systems}
    else:
        page, wanted = "system", {"system": systems}
    return f"./{PAGES[page].path}?{urlencode(wanted, doseq=True, quote_via=quote)}"


class Address:
    """The parameters of an address, each with all its values, in the order of the address."""

    def __init__(self, given: Mapping[str, Sequence[str]], entry: PageEntry) -> None:
        self._given, self._known = dict(given), entry.parameters

    @property
    def misspelt(self) -> bool:
        """Whether some name is another spelling of one that the page knows."""
        return any(self._name(name) not in ("", name) for name in self._given)

    def respelled(self) -> dict[str, list[str]]:
        """The parameters under the names that the page knows; unknown ones stay as they are."""
        found: dict[str, list[str]] = {}
        for name, values in self._given.items():
            found.setdefault(self._name(name) or name, []).extend(values)
        if "datasets" in found and "benchmark" in self._known and "benchmark" not in found:
            found["benchmark"] = ["own"]  # data sets by name are an own selection
        return found

    def unknown(self) -> list[str]:
        """A sentence about each parameter that the page does not know, with the nearest that it does."""
        return [self._sentence(name) for name in self._given if not self._name(name)]

    def _name(self, name: str) -> str:
        if name in self._known:
            return name
        other = SPELLINGS.get(name, "")
        return other if other in self._known else ""

    def _sentence(self, name: str) -> str:
        near = get_close_matches(name.casefold(), self._known, n=1)
        if near:
            return f"The address has {name!r}, which this page does not know; did you mean {near[0]!r}?"
        if not self._known:
            return f"The address has {name!r}; this page takes no parameters."
        return f"The address has {name!r}, which this page does not know; it knows {', '.join(self._known)}."
