"""Named lists of data sets, which the literature averages over, and those that a board can show."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple


class Benchmark(NamedTuple):
    """A list of data sets; a mean over it is always shown with the list."""

    title: str
    datasets: tuple[str, ...]
    about: str


_BEIR_13 = (
    "trec-covid",
    "nfcorpus",
    "nq",
    "hotpotqa",
    "fiqa",
    "arguana",
    "webis-touche2020",
    "quora",
    "dbpedia-entity",
    "scidocs",
    "fever",
    "climate-fever",
    "scifact",
)
_BEIR_14 = (*_BEIR_13, "cqadupstack")
_BEIR_11 = (
    "msmarco",
    "trec-covid",
    "nfcorpus",
    "nq",
    "hotpotqa",
    "fiqa",
    "dbpedia-entity",
    "scidocs",
    "fever",
    "climate-fever",
    "scifact",
)

BENCHMARKS: Mapping[str, Benchmark] = {
    "beir-18": Benchmark(
        "BEIR, 18 data sets",
        (*_BEIR_14, "bioasq", "signal1m", "trec-news", "robust04"),
        "All zero-shot sets of BEIR (Thakur et al. 2021); four of them have documents by agreement only.",
    ),
    "beir-15": Benchmark(
        "BEIR, 15 data sets", ("msmarco", *_BEIR_14), "The public zero-shot sets and MS MARCO."
    ),
    "beir-14": Benchmark("BEIR, 14 data sets", _BEIR_14, "The public zero-shot sets of BEIR."),
    "beir-13": Benchmark("BEIR, 13 data sets", _BEIR_13, "The public zero-shot sets without CQADupStack."),
    "beir-11": Benchmark(
        "BEIR, 11 data sets", _BEIR_11, "The sets on which FIRST and BlockRank report re-ranking."
    ),
    "dl": Benchmark(
        "TREC Deep Learning", ("trec-dl19", "trec-dl20"), "Passages of MS MARCO with graded judgments."
    ),
    "classic": Benchmark(
        "Classic collections",
        ("adi", "cacm", "cranfield", "cystic-fibrosis", "lisa", "med", "time", "trec-dl19-pool", "vaswani"),
        "Small collections that a laptop runs in seconds.",
    ),
    "demo": Benchmark("Demo", ("demo",), "The collection inside the package; a demonstration."),
}
"""Name to list, in the order in which they are offered."""

ALL, OWN = "all", "own"
"""Every data set of the board that is not the part of another; and what the visitor picks."""


def offered(present: Mapping[str, Collection[str]], parts: Collection[str] = ()) -> dict[str, Benchmark]:
    """The lists of which the board has something, then every data set, then an own selection.

    Args:
        present: data set to the systems that have a run on it.
        parts: data sets that count in another's mean and are not listed beside it.
    """
    found = {
        name: benchmark
        for name, benchmark in BENCHMARKS.items()
        if any(present.get(dataset) for dataset in benchmark.datasets)
    }
    whole = tuple(name for name in present if name not in parts)
    found[ALL] = Benchmark("All data sets", whole, "Every data set of this board.")
    found[OWN] = Benchmark("Own selection", (), "The data sets that you choose.")
    return found


def usual(lists: Mapping[str, Benchmark], present: Mapping[str, Collection[str]]) -> str:
    """The list to show first: the first one that some system has complete, else the first of all."""
    for name, benchmark in lists.items():
        systems = [set(present.get(dataset, ())) for dataset in benchmark.datasets]
        if systems and set.intersection(*systems):
            return name
    return next(iter(lists))
