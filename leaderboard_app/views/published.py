"""Published against computed: what others report for a system beside what its run scores here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd
import streamlit as st

from harness.leaderboard.against import CLOSE, Beside, Claim, beside
from harness.reproduction.published import published
from leaderboard_app.charts import BAR, GREY
from leaderboard_app.links import plain
from leaderboard_app.store import read_snapshot
from leaderboard_app.view_state import choose_many, switch

READ_IN = {"computed": "second-hand: our mean of printed figures"}
"""Kinds of evidence that need more words than their names."""


def show() -> None:
    """Draw the page."""
    snapshot = read_snapshot()
    st.title("Published against computed")
    st.caption(
        "Figures that papers and repositories report, beside the mean that the run on this board has. "
        "Published figures are never used as scores here. Each was read in the source that is named, never "
        "in another that quotes it; a mean of printed figures, which no source prints, is marked."
    )
    evidence = {
        Claim(
            each.system, each.dataset, each.measure, each.value, each.digits, each.label, each.source
        ): each.evidence
        for each in published()
    }
    found = beside(list(evidence), snapshot.board.rows)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        systems = choose_many(
            "System",
            "system",
            sorted({each.claim.system for each in found}),
            help="Keeps these systems; none chosen keeps all.",
            placeholder="All systems",
            width=300,
        )
        datasets = choose_many(
            "Data set",
            "dataset",
            sorted({each.claim.dataset for each in found}),
            help="Keeps these data sets; none chosen keeps all.",
            placeholder="All data sets",
            width=300,
        )
        absent = switch("Without a run here, too", "all", "Lists published figures that no run here answers.")
    kept = [
        each
        for each in found
        if (not systems or each.claim.system in systems)
        and (not datasets or each.claim.dataset in datasets)
        and (absent or each.computed is not None)
    ]
    if not kept:
        st.info("No run on this board has a published figure beside it; the switch above lists the figures.")
        return
    show_chart([each for each in kept if each.computed is not None])
    show_table(kept, evidence)


def show_chart(kept: Sequence[Beside]) -> None:
    """How far each computed mean is from the published figure; on the line they agree."""
    if len(kept) < 2:
        return
    data = pd.DataFrame(
        {
            "published": [each.claim.value for each in kept],
            "computed": [each.computed for each in kept],
            "difference": [without_sign_of_zero(each.difference) for each in kept],
            "what": [f"{each.claim.system} on {each.claim.dataset}, {each.claim.measure}" for each in kept],
        }
    )
    most = 1.15 * max(CLOSE, *(abs(each) for each in data["difference"]))
    line = alt.Chart(pd.DataFrame({"y": [0.0]})).mark_rule(color=GREY, strokeDash=[4, 4]).encode(y="y:Q")
    points = (
        alt.Chart(data)
        .mark_circle(size=80, color=BAR, opacity=0.7)
        .encode(
            x=alt.X("published:Q", title="Published", scale=alt.Scale(domain=[0, 1])),
            y=alt.Y(
                "difference:Q",
                title="Computed less published",
                scale=alt.Scale(domain=[-most, most], nice=False),
                axis=alt.Axis(format="+.3f", tickCount=7),
            ),
            tooltip=[
                alt.Tooltip("what:N", title="What"),
                alt.Tooltip("published:Q", title="Published", format=".4f"),
                alt.Tooltip("computed:Q", title="Computed here", format=".4f"),
                alt.Tooltip("difference:Q", title="Difference", format="+.4f"),
            ],
        )
    )
    st.altair_chart(
        alt.layer(line, points).properties(height=260),
        alt="Computed less published across published figures; on the line they agree",
    )


def without_sign_of_zero(difference: float | None) -> float | None:
    """A difference at the four digits that are shown, so that none reads as minus nought."""
    return None if difference is None else round(difference, 4) + 0.0


def show_table(kept: Sequence[Beside], evidence: Mapping[Claim, str]) -> None:
    """A row a published figure."""
    counts = Counter(each.verdict for each in kept)
    st.caption(plain(" · ".join(f"{count:,} {verdict}" for verdict, count in counts.most_common())))
    frame = pd.DataFrame(
        {
            "system": [each.claim.system for each in kept],
            "dataset": [each.claim.dataset for each in kept],
            "measure": [each.claim.measure for each in kept],
            "published": [each.claim.value for each in kept],
            "computed": pd.array([each.computed for each in kept], dtype="Float64"),
            "difference": pd.array([without_sign_of_zero(each.difference) for each in kept], dtype="Float64"),
            "verdict": [each.verdict for each in kept],
            "evidence": [READ_IN.get(evidence[each.claim], evidence[each.claim]) for each in kept],
            "label": [each.claim.label for each in kept],
            "source": [each.claim.source for each in kept],
        }
    )
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    st.dataframe(
        frame,
        hide_index=True,
        placeholder="",
        column_config={
            "system": text("System", pinned=True, width=195, help="What this project calls the system."),
            "dataset": text("Data set", help="Its name in the catalogue."),
            "measure": text("Measure", help="Its name here, whatever the source calls it."),
            "published": number("Published", format="%.4f", help="As the source prints it, a share of one."),
            "computed": number("Computed here", format="%.4f", help="The mean of the run on this board."),
            "difference": number("Difference", format="%+.4f", help="Computed less published."),
            "verdict": text("Verdict", help="By the digits that the source prints."),
            "evidence": text(
                "Read in",
                help="Where the figure stands: the repository's own file, the paper, or the card of the "
                "model. Second-hand: nobody prints it; it is our mean of figures that stand there. The table "
                "has no other figures at second hand.",
            ),
            "label": text("Called there", help="What the source calls the system."),
            "source": text("Source", width="large", help="Repository with commit and file, or paper."),
        },
        alt="Published figures beside computed means",
    )


show()
