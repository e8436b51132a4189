"""A reproduction as lines for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from harness.reproduction.comparison import StoredComparison
from harness.reproduction.reproduction import Reproduction, Row
from harness.reproduction.verdict import Verdict

HEADER = ("system", "data set", "measure", "expected", "found", "difference", "tolerance", "verdict")
NUMBERS = slice(3, 7)
SHOWN, FEW = 10, 3
_COLOURS = {
    Verdict.REPRODUCED: "32",
    Verdict.WITHIN: "36",
    Verdict.DIFFERENT: "1;31",
    Verdict.FAILED: "1;35",
    Verdict.CANNOT: "33",
}
Paint = Callable[[str, Verdict], str]


def coloured(text: str, verdict: Verdict) -> str:
    """A text in the verdict's colour, by ANSI codes; the words alone say everything, too."""
    return f"\033[{_COLOURS[verdict]}m{text}\033[0m"


def plain(text: str, _verdict: Verdict) -> str:
    """A text as it is."""
    return text


def lines(found: Reproduction, *, paint: Paint = plain) -> Iterator[str]:
    """Verdicts, their reasons, the comparisons with stored runs, and the counts."""
    if found.rows:
        yield from _verdicts(found, paint)
    yield from _reasons(found.rows)
    if found.runs:
        yield ""
    for run in found.runs:
        yield from _run(run)
    if found.unpromised:
        yield ""
        yield f"not run, as their files have no {found.against} score: {', '.join(_unpromised(found))}"
    counts = found.counts()
    yield ""
    yield ", ".join(
        paint(f"{count} {verdict}", verdict) if count else f"0 {verdict}" for verdict, count in counts.items()
    )


def _unpromised(found: Reproduction) -> Iterator[str]:
    """Systems with the data sets that they were not run on, which are counted when they are many."""
    for system in dict.fromkeys(system for system, _ in found.unpromised):
        datasets = [dataset for name, dataset in found.unpromised if name == system]
        many = len(datasets) > FEW
        yield f"{system} on {f'{len(datasets)} data sets' if many else ' and '.join(datasets)}"


def _verdicts(found: Reproduction, paint: Paint) -> Iterator[str]:
    rows = found.rows
    cells = [_cells(row) for row in rows]
    header = tuple(found.against if name == "expected" else name for name in HEADER)
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    rule = ["─" * width for width in widths]
    numeric = range(len(HEADER))[NUMBERS]
    for line, row in [(header, None), (rule, None), *zip(cells, rows, strict=True)]:
        fields = [
            text.rjust(width) if column in numeric else text.ljust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        ]
        last = fields.pop().rstrip()
        yield "  ".join([*fields, paint(last, row.verdict) if row else last])


def _cells(row: Row) -> tuple[str, ...]:
    numbers = (
        _number(row.expected, "{:.4f}"),
        _number(row.found, "{:.4f}"),
        _number(row.difference, "{:+.6f}"),
        _number(row.tolerance, "{:g}"),
    )
    return row.system, row.dataset, row.measure, *numbers, str(row.verdict)


def _number(value: float | None, form: str) -> str:
    return "" if value is None else form.format(value)


def _reasons(rows: Sequence[Row]) -> Iterator[str]:
    """Each reason once for all measures of a system and data set, of every row that is not reproduced."""
    told = dict.fromkeys(
        (row.system, row.dataset, row.verdict, row.reason)
        for row in rows
        if row.reason and row.verdict is not Verdict.REPRODUCED
    )
    if told:
        yield ""
    for system, dataset, verdict, reason in told:
        yield f"{system}{f' on {dataset}' if dataset else ''}, {verdict}: {reason}"


def _run(run: StoredComparison) -> Iterator[str]:
    """A line for a run that is identical to the stored one, a paragraph for another."""
    name = f"{run.system} on {run.dataset}"
    if run.identical:
        yield f"{name}: the run is identical to the stored one, sha256 {run.found_sha256[:12]}…"
        return
    tau = "undefined" if run.tau is None else f"{run.tau:.4f}"
    then, now = run.stored_sha256[:12], run.found_sha256[:12]
    yield f"{name}: the run is not the stored one, sha256 {then}… then, {now}… now"
    yield f"  mean Kendall's tau {tau}, mean overlap (RBO, p = 0.9) {run.overlap:.4f}"
    yield f"  {run.measure} {run.stored_mean:.4f} then, {run.found_mean:.4f} now, RMSE {run.rmse:.4f}"
    if run.effect_ratio is not None and run.relative_improvement_change is not None:
        yield f"  effect ratio {run.effect_ratio:.4f}, ΔRI {run.relative_improvement_change:+.4f}"
    yield f"  {len(run.changed)} of {run.queries} queries changed{_some(run.changed)}"
    yield f"  {len(run.top_changed)} of them in the first ten documents{_some(run.top_changed)}"
    for each in run.moved:
        scores = f"{each.stored:.4f} → {each.found:.4f}"
        yield f"  query {each.query}: {run.measure} {scores}, overlap {each.overlap:.4f}"


def _some(queries: Sequence[str]) -> str:
    if not queries:
        return ""
    return f": {', '.join(queries[:SHOWN])}{', …' if len(queries) > SHOWN else ''}"
