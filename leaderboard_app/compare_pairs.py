"""Sections of the compare page about means: the systems, the pairs, the data sets."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from harness.leaderboard.standing import CORRECTION_WORDS, TEST_WORDS
from harness.statistics.comparison import Comparison, PairRow
from leaderboard_app.columns import measure_help
from leaderboard_app.compare_charts import forest
from leaderboard_app.frames import span
from leaderboard_app.links import plain
from leaderboard_app.store import read_contrast

SIZES = ((0.2, "negligible"), (0.5, "small"), (0.8, "medium"), (float("inf"), "large"))
"""Upper ends of Hedges' g for words (Cohen 1988)."""


def show_systems(found: Comparison, dataset: str, measure: str) -> None:
    """Mean, interval and group of each system."""
    rows = list(found.systems())
    frame = pd.DataFrame(
        {
            "rank": [row.rank for row in rows],
            "system": [row.name for row in rows],
            "mean": [row.mean for row in rows],
            "interval": [span(row.low, row.high) for row in rows],
            "group": [row.group for row in rows],
            "letters": [" ".join(row.letters) for row in rows],
        }
    )
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    st.dataframe(
        frame,
        hide_index=True,
        column_config={
            "rank": number("Rank", width=60, help="By the mean."),
            "system": text("System", help="The system's name."),
            "mean": number(measure, format="%.4f", help=measure_help(measure)),
            "interval": text("95 % interval", help="Student's interval of the mean over queries."),
            "group": number("Group", help="1 + the number of systems here that are significantly better."),
            "letters": text("Letters", help="Systems that share a letter cannot be told apart."),
        },
        alt=f"Systems compared on {dataset} by {measure}",
    )
    method = found.method
    st.caption(
        f"{found.queries:,} queries · {TEST_WORDS[method.test]}, {CORRECTION_WORDS[method.correction]} "
        f"for all pairs shown here, 5 % level. {plain(method.reason)}"
    )
    for note in method.notes:
        st.caption(plain(note))


def show_pairs(found: Comparison, reference: str, measure: str) -> None:
    """Every other system minus the reference."""
    st.header(f"Against {plain(reference)}")
    others = [row.name for row in found.systems() if row.name != reference]
    pairs = [found.pair(name, reference) for name in others]
    frame = pd.DataFrame(
        {
            "system": others,
            "verdict": [verdict(pair) for pair in pairs],
            "difference": [pair.difference for pair in pairs],
            "interval": [signed_span(pair.low, pair.high) for pair in pairs],
            "p": [pair.p for pair in pairs],
            "p corrected": [pair.p_corrected for pair in pairs],
            "effect": [pair.effect for pair in pairs],
            "size": [effect_words(pair.effect) for pair in pairs],
            "wins": [f"{pair.wins} / {pair.ties} / {pair.losses}" for pair in pairs],
        }
    )
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    st.dataframe(
        frame,
        hide_index=True,
        column_config={
            "system": text("System", help="Set against the reference."),
            "verdict": text("Verdict", help="By the corrected p at the 5 % level."),
            "difference": number(
                f"Δ {measure}", format="%+.4f", help="Mean of the system less the reference's."
            ),
            "interval": text(
                "95 % interval", help="Student's interval of the mean difference, not corrected."
            ),
            "p": number("p", format="%.4f", help="Of this pair alone."),
            "p corrected": number("p corrected", format="%.4f", help="For all pairs of the chosen systems."),
            "effect": number(
                "Hedges' g", format="%+.2f", help="The difference in units of the queries' spread."
            ),
            "size": text("Effect", help="Below 0.2 negligible, 0.5 small, 0.8 medium (Cohen 1988)."),
            "wins": text("Wins / ties / losses", help="Queries on which the system is better, equal, worse."),
        },
        alt=f"Differences to {reference}",
    )


def signed_span(low: float, high: float) -> str:
    """An interval of a difference; what is nought at the digits shown has no minus."""
    return " – ".join(f"{round(end, 4) + 0.0:+.4f}" for end in (low, high))


def verdict(pair: PairRow) -> str:
    """A pair in words."""
    if not pair.differs:
        return "cannot be told apart"
    return "better" if pair.difference > 0 else "worse"


def effect_words(effect: float) -> str:
    """The size of an effect in a word."""
    return next(word for end, word in SIZES if abs(effect) < end)


def show_forest(first: str, second: str, measure: str) -> None:
    """The difference on every data set that both have."""
    found = read_contrast(first, second, measure)
    if found.summary is None or len(found.summary.rows) < 2:
        st.caption(
            "Both systems share fewer than two data sets with this measure, so there is no forest plot."
        )
        return
    total = found.summary
    st.altair_chart(
        forest(total, measure),
        alt=f"Difference of {first} and {second} on each data set with 95 % intervals",
    )
    text = (
        f"{plain(first)} minus {plain(second)} over {len(total.rows)} data sets: {total.effect:+.4f} "
        f"({total.low:+.4f} to {total.high:+.4f}), p = {total.p:.2g}; random effects after DerSimonian and "
        f"Laird, I² = {total.i_squared:.0%} of the variation is between data sets."
    )
    if len(total.rows) < 5:
        text += " With fewer than five data sets the interval is too short."
    if found.skipped:
        text += f" Without variation, and left out: {', '.join(map(plain, found.skipped))}."
    st.caption(text)
