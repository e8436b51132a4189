r"""The systems of a comparison as a LaTeX table: ``\usepackage{booktabs}`` is all it needs."""

from __future__ import annotations

import math
import re

from harness.statistics.comparison import SystemRow
from harness.statistics.reports.words import SMALLEST_P, level, method_lines, signed, title
from harness.statistics.runcomparison import RunComparison

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",  # \textquotedbl is not in every encoding
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
}


_LIGATURES = re.compile(r"-(?=-)|,(?=,)")
"""What LaTeX would set as one sign together with what follows: ``--`` as a dash."""

_LAST_LATIN = "\u017f"
"""Letters up to here are set by every LaTeX; others need LuaLaTeX or XeLaTeX, and a font that has them."""


def escape(text: str) -> str:
    """Text that LaTeX prints as it stands, on one line."""
    apart = _LIGATURES.sub(lambda found: f"{found[0]}\0", text)
    return "".join(
        "{}" if letter == "\0" else _ESCAPES.get(letter, letter if letter.isprintable() else " ")
        for letter in apart
    )


def latex_bytes(found: RunComparison) -> bytes:
    """A ``tabular`` in UTF-8, best mean first; systems that share a superscript cannot be told apart.

    With a baseline there are columns for the difference to it, the corrected p, Hedges' g and
    wins/ties/losses. Comments above say how it was decided, for the caption.
    """
    against = found.baseline is not None
    heads = [f"Difference to {escape(str(found.baseline))}", "$p$", "$g$", "W/T/L"] if against else []
    interval = f"{level(found)} interval".replace(" %", r"\,\%")
    header = ["Group", "System", rf"\multicolumn{{2}}{{c}}{{{escape(found.measure)}}}", interval, *heads]
    lines = [
        *(f"% {_comment(line)}" for line in (title(found), *method_lines(found))),
        "% Systems that share a superscript cannot be told apart; nobody beats those of group 1.",
        *([_OTHER_SCRIPTS] if max("".join((*found.names, found.measure))) > _LAST_LATIN else []),
        rf"\begin{{tabular}}{{rlr@{{}}lc{'rrrc' if against else ''}}}",
        r"\toprule",
        f"{' & '.join(header)} \\\\",
        r"\midrule",
        *(f"{' & '.join(_row(found, row))} \\\\" for row in found.comparison.systems()),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return ("\n".join(lines) + "\n").encode("utf-8")


_OTHER_SCRIPTS = "% Names with other than Latin letters: compile with LuaLaTeX and a font that has them."


def _comment(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _row(found: RunComparison, row: SystemRow) -> list[str]:
    cells = [
        str(row.group),
        escape(row.name),
        f"{row.mean:.4f}",
        rf"$^{{\mathrm{{{','.join(row.letters)}}}}}$",
        f"[{row.low:.4f}, {row.high:.4f}]",
    ]
    if found.baseline is None:
        return cells
    if row.name == found.baseline:
        return [*cells, "--", "--", "--", "--"]
    pair = found.comparison.pair(row.name, found.baseline)
    p = rf"$<{SMALLEST_P:.4f}$" if pair.p_corrected < SMALLEST_P else f"{pair.p_corrected:.4f}"
    g = (
        rf"${'-' if pair.effect < 0 else ''}\infty$"
        if math.isinf(pair.effect)
        else f"${signed(pair.effect, 2)}$"
    )
    return [*cells, f"${signed(pair.difference)}$", p, g, f"{pair.wins}/{pair.ties}/{pair.losses}"]
