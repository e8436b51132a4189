"""Runs and judgments of every kind that engines have disagreed about."""

from __future__ import annotations

from hypothesis import strategies as st

Judged = dict[str, dict[str, int]]
Scores = dict[str, dict[str, float]]

PLAIN = [f"d{i}" for i in range(12)] + [
    "D1",
    "a-much-longer-document-identifier",
    "exactly8",
    "sixteen-bytes-id",
]
ODD = ["é", "z", "日本語", "😀", "\uffee", "d\u00a0x", "ﬀ", "naïve", "\u3000wide"]
documents = st.one_of(st.sampled_from(PLAIN), st.sampled_from(PLAIN + ODD))
queries = st.sampled_from(["1", "2", "10", "q", "Q", "question-with-a-long-name", "é"])

ties = st.integers(0, 4).map(float)
near_ties = st.integers(0, 6).map(lambda i: 20 + i * 1e-7)
neighbours = st.sampled_from([16777216.0, 16777217.0, 0.87654321, 0.87654322, 1.0, 1.00000001, -0.0, 0.0])
huge = st.sampled_from([1e300, -1e300, 3.5e38, 3.4e38, 1e-300, -1e-300, 5e-324, 1.7976931348623157e308])
infinite = st.sampled_from([float("inf"), float("-inf"), 1.0, 0.0])
any_finite = st.floats(allow_nan=False, allow_infinity=False)
KINDS = {
    "ties": ties,
    "near-ties": near_ties,
    "negative": st.floats(-5, 0),
    "neighbours": neighbours,
    "huge": st.one_of(huge, ties),
    "infinite": infinite,
    "any": any_finite,
}


@st.composite
def cases(
    draw: st.DrawFn, scores: st.SearchStrategy[float], grades: tuple[int, int] = (-2, 3)
) -> tuple[Judged, Scores]:
    """Judgments and a run: some queries in both, some in one of them."""
    judged = draw(
        st.dictionaries(
            queries,
            st.dictionaries(documents, st.integers(*grades), min_size=1, max_size=12),
            min_size=1,
            max_size=4,
        )
    )
    run = draw(
        st.dictionaries(
            queries, st.dictionaries(documents, scores, min_size=1, max_size=14), min_size=1, max_size=4
        )
    )
    return judged, run
