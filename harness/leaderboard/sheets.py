"""Tables to take along: CSV that no spreadsheet runs, LaTeX with groups, BibTeX."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from harness.leaderboard.overview import Line, Overview

DANGEROUS = ("=", "+", "-", "@", "\t")
"""A spreadsheet takes a text that starts with one of these for a formula (OWASP, CSV injection)."""


def csv_text(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """CSV with a header; texts that a spreadsheet would run get an apostrophe before them, numbers none."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_harmless(name) for name in header])
    writer.writerows([[_harmless(cell) for cell in row] for row in rows])
    return out.getvalue()


def _harmless(cell: Any) -> Any:
    if cell is None:
        return ""
    if isinstance(cell, str):
        text = cell.replace("\r", " ")  # a bare one ends a line for some readers, quoted or not
        return f"'{text}" if text.lstrip(" ").startswith(DANGEROUS) else text
    return repr(cell) if isinstance(cell, float) else cell


NEEDS = (
    r"Needs \usepackage{booktabs}; with names beyond Latin letters, lualatex or xelatex and a font of them."
)
"""First line of a table."""


def latex_table(found: Overview, lines: Sequence[Line], digest: str) -> str:
    """A table for ``booktabs``: a row a system, rank groups as superscripts, bold where nobody is better.

    Systems that lack a data set stand below a rule, without a mean. The caption says what the mean is over.
    A comment says what the table needs to be set.
    """
    several = len(found.datasets) > 1
    head = ["System", *(["Mean"] if several else []), *found.datasets]
    body: list[str] = []
    ranked = True
    for line in lines:
        if line.missing and ranked and body:
            body.append(r"\midrule")
        ranked = not line.missing
        body.append(" & ".join(_latex_cells(found, line, several)) + r" \\")
    rule = f"Superscripts are rank groups: {found.rule}." if found.rule else ""
    over = f"{found.measure}, mean over {len(found.datasets)} data sets" if several else found.measure
    caption = f"{over}. {rule} Board {digest[:12]}."
    return "\n".join(
        [
            f"% {NEEDS}",
            r"\begin{table}",
            rf"  \caption{{{latex(caption)}}}",
            r"  \centering",
            rf"  \begin{{tabular}}{{l{'r' * (len(head) - 1)}}}",
            r"    \toprule",
            "    " + " & ".join(latex(name) for name in head) + r" \\",
            r"    \midrule",
            *(f"    {row}" for row in body),
            r"    \bottomrule",
            r"  \end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def _latex_cells(found: Overview, line: Line, several: bool) -> list[str]:
    def score(value: float | None) -> str:
        if value is None:
            return "--"
        text = rf"\textbf{{{value:.4f}}}" if line.group == 1 else f"{value:.4f}"
        return f"{text}$^{{{line.group}}}$" if line.group else text

    cells = {name: row.measures[found.measure] for name, row in line.rows.items()}
    if not several:
        return [latex(line.system), score(line.value)]
    parts = [f"{cells[name]:.4f}" if name in cells else "--" for name in found.datasets]
    return [latex(line.system), score(line.value), *parts]


_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
}


def latex(text: str) -> str:
    """Text that LaTeX sets as it stands."""
    return "".join(_LATEX.get(character, character) for character in " ".join(text.split()))


URLS = "% Needs \\usepackage{url} or hyperref for the links; BibTeX passes over lines between entries.\n"


def bibtex(
    systems: Sequence[tuple[str, str, str, Sequence[str]]],
    datasets: Sequence[tuple[str, Mapping[str, Any]]],
    digest: str,
    measure: str,
) -> str:
    """Entries of ``@misc`` for the board, its systems and data sets, with what they say of themselves.

    Args:
        systems: (name, description, day of the run, links).
        datasets: (name, entry of the catalogue), whose citation becomes the note.
        digest: of the board, which identifies every score on it.
        measure: the one that was looked at.
    """
    entries = [
        _entry(
            f"board-{digest[:12]}",
            {
                "key": "Retrieval leaderboard",
                "title": "{Retrieval leaderboard}",
                "note": f"Board digest {_breakable(digest)}; measure {latex(measure)}",
            },
        )
    ]
    for name, description, day, links in systems:
        fields = {
            "key": latex(name),
            "title": f"{{{latex(name)}: {latex(description).rstrip('.')}}}",
            "year": day[:4],
            "howpublished": ", ".join(rf"\url{{{_url(link)}}}" for link in links),
        }
        entries.append(_entry(f"system-{_key(name)}", fields))
    for name, spec in datasets:
        fields = {
            "key": latex(name),
            "title": f"{{{latex(str(spec.get('title') or name))}}}",
            "note": latex(str(spec.get("citation") or "")),
            "howpublished": rf"\url{{{_url(str(spec['homepage']))}}}" if spec.get("homepage") else "",
        }
        entries.append(_entry(f"data-{_key(name)}", fields))
    return "\n".join([URLS, *entries])


def _entry(key: str, fields: Mapping[str, str]) -> str:
    lines = [f"  {name:<12} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key},", *lines, "}", ""])


def _breakable(digest: str) -> str:
    """A hash that may go on in the next line."""
    return r"\allowbreak ".join(digest[start : start + 16] for start in range(0, len(digest), 16))


def _key(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9.-]+", "-", plain).strip("-") or "unnamed"


def _url(text: str) -> str:
    return re.sub(r"[{}\\\s%#]", lambda found: f"\\{found[0]}" if found[0] in "%#" else "", text)
