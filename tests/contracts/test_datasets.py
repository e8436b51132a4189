"""What every entry of the catalogue and every kind of source keeps to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from harness.datasets.audit import CHECKS, meanings
from harness.datasets.catalogue import leaves, load_catalogue
from harness.datasets.dataset import load_dataset
from harness.datasets.facts import gather
from harness.datasets.sources.table import SOURCES
from harness.datasets.spec import Counts, DatasetSpec, Quirks, SourceSpec
from harness.evaluation.measure import parse_measure

CATALOGUE = load_catalogue()
SINGLE = [name for name, spec in CATALOGUE.items() if spec.source is not None]
MEANS = [name for name, spec in CATALOGUE.items() if spec.parts]

# As in the tables of BEIR's README and ir_datasets' downloads.json, which agree with each other.
MD5 = {
    "msmarco": "444067daf65d982533ea17ebd59501e4",
    "trec-covid": "ce62140cb23feb9becf6270d0d1fe6d1",
    "nfcorpus": "a89dba18a62ef92f7d323ec890a0d38d",
    "nq": "d4d3d2e48787a744b6f6e691ff534307",
    "hotpotqa": "f412724f78b0d91183a0e86805e16114",
    "fiqa": "17918ed23cd04fb15047f73e6c3bd9d9",
    "arguana": "8ad3e3c2a5867cdced806d6503f29b99",
    "webis-touche2020": "46f650ba5a527fc69e0a6521c5a23563",
    "cqadupstack-tex": "4e41456d7df8ee7760a7f866133bda78",
    "quora": "18fb154900ba42a600f84b839c173167",
    "dbpedia-entity": "c2a39eb420a3164af735795df012ac2c",
    "scidocs": "38121350fc3a4d2f48850f6aff52e4a9",
    "fever": "5a818580227bfb4b35bb6fa46d9b6c03",
    "climate-fever": "8b66f0a9126c521bae2bde127b4dc99d",
    "scifact": "5f7d1de60b170fc8027bb7898e2efca1",
}


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_entry_says_what_a_reader_needs(name: str) -> None:
    spec = CATALOGUE[name]
    assert spec.headline
    assert spec.licence and spec.citation and spec.homepage
    assert spec.tags, "give it a tag, so that `harness datasets list --tag` finds it"
    assert not spec.quirks.model_dump(exclude_defaults=True) or spec.quirk_notes
    for measure in spec.measures:
        assert str(parse_measure(measure)).startswith(measure.split("@")[0].split("(")[0])


@pytest.mark.parametrize("name", SINGLE)
def test_every_single_entry_has_counts_or_says_why_not(name: str) -> None:
    counts = CATALOGUE[name].counts
    assert counts is not None
    assert None not in counts.model_dump().values() or CATALOGUE[name].counts_note


@pytest.mark.parametrize("name", SINGLE)
def test_every_source_can_be_opened_by_its_table(name: str) -> None:
    source = CATALOGUE[name].source
    assert source is not None and source.kind in SOURCES


@pytest.mark.parametrize("name", MEANS)
def test_parts_share_the_headline_of_their_mean(name: str) -> None:
    for leaf in leaves(CATALOGUE, name):
        assert CATALOGUE[leaf].headline == CATALOGUE[name].headline, leaf


def test_the_table_of_sources_and_the_schema_name_the_same_kinds() -> None:
    mapping = TypeAdapter(SourceSpec).json_schema()["discriminator"]["mapping"]
    assert set(mapping) == set(SOURCES)


@pytest.mark.parametrize("code", CHECKS)
def test_every_check_is_found_where_the_table_says(code: str) -> None:
    check: Callable[..., object] = CHECKS[code]
    assert callable(check)


@pytest.mark.parametrize(("tag", "size"), [("beir-18", 18), ("beir-14", 14), ("beir-13", 13)])
def test_the_lists_that_papers_average_over(tag: str, size: int) -> None:
    assert sum(tag in spec.tags for spec in CATALOGUE.values()) == size


def test_cqadupstack_is_the_mean_over_its_twelve_forums() -> None:
    forums = [CATALOGUE[name] for name in leaves(CATALOGUE, "cqadupstack")]
    counts = [forum.counts for forum in forums if forum.counts is not None]
    assert len(counts) == 12
    # totals of BEIR's table: 457,199 documents, 13,145 queries, 23,703 judgments
    assert sum(count.documents or 0 for count in counts) == 457_199
    assert sum(count.judged_queries or 0 for count in counts) == 13_145
    assert sum(count.judgments or 0 for count in counts) == 23_703


def test_the_archives_have_beir_s_own_md5() -> None:
    for name, md5 in MD5.items():
        source = CATALOGUE[name].source
        assert source is not None and source.kind == "beir" and source.md5 == md5, name


def test_the_two_versions_of_touche_are_two_data_sets() -> None:
    one, two = CATALOGUE["webis-touche2020-v1"].counts, CATALOGUE["webis-touche2020"].counts
    assert one is not None and two is not None
    assert (one.judgments, two.judgments) == (2962, 2214)


def test_self_matches_go_in_beir_and_stay_in_the_classic_sets() -> None:
    for name, spec in CATALOGUE.items():
        if "beir-18" in spec.tags and spec.source is not None:
            assert spec.quirks.drop_self_matches, name
        if "classic" in spec.tags:
            assert not spec.quirks.drop_self_matches and spec.quirk_notes, name


def test_the_demo_has_the_counts_of_the_catalogue() -> None:
    data = load_dataset("demo", CATALOGUE)
    counts = data.spec.counts
    assert counts is not None
    assert gather(data).documents == counts.documents
    assert (len(data.all_queries), len(data.queries)) == (counts.queries, counts.judged_queries)
    assert len(data.qrels) == counts.judgments


@pytest.mark.parametrize("key", [*DatasetSpec.model_fields, *Quirks.model_fields, *Counts.model_fields])
def test_every_key_is_documented(key: str, root: Path) -> None:
    assert f"`{key}`" in (root / "docs" / "datasets.md").read_text()


@pytest.mark.parametrize("code", CHECKS)
def test_the_documentation_gives_each_code_its_meaning(code: str, root: Path) -> None:
    rows = [
        line for line in (root / "docs" / "datasets.md").read_text().splitlines() if f"| `{code}` |" in line
    ]
    assert len(rows) == 1 and meanings()[code] in rows[0]
