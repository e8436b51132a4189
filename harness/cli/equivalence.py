"""What ``harness compare --equivalence`` prints: tests of equivalence, and what each system indexed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.cli.output import print_table

if TYPE_CHECKING:
    from harness.statistics.runcomparison import RunComparison


def print_equivalence(found: RunComparison, margin: float) -> None:
    """Print the tests of every pair shown; and the sizes, if any system has a card that tells them."""
    from harness.statistics.equivalence import equivalences
    from harness.statistics.reports.words import p_value, signed

    alpha = found.comparison.method.alpha
    print(f"\nequivalence: is the difference less than {margin:g}, either way?\n")
    interval = f"{100 * (1 - 2 * alpha):g} % interval"
    print_table(
        ["system", "against", "difference", interval, "p", "p corrected", "verdict"],
        [
            [
                pair.first,
                pair.second,
                signed(pair.difference),
                f"{signed(pair.low)} to {signed(pair.high)}",
                p_value(pair.p),
                p_value(pair.p_corrected),
                "equivalent" if pair.equivalent else "not shown equivalent",
            ]
            for pair in equivalences(found)
        ],
    )
    print(
        f"\ntest: two one-sided paired t-tests at alpha {alpha:g}, corrected by holm over the pairs shown"
        "\nnote: a system can be better and equivalent: the difference is real and less than the margin"
    )
    _print_sizes(found)


def _print_sizes(found: RunComparison) -> None:
    from harness.statistics.equivalence import sizes

    rows = sizes(found)
    if not rows:
        return
    print()
    print_table(
        ["system", "documents", "indexed", "pruned", "index bytes"],
        [
            [
                row.name,
                _known(row.documents_read),
                _known(row.documents_indexed),
                f"{100 * row.pruned:.1f} %",
                _known(row.index_bytes),
            ]
            for row in rows
        ],
    )


def _known(value: int | None) -> int | str:
    return "" if value is None else value
