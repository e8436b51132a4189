"""Cards as ir_metadata 0.1 and back: what the format holds stays, what it does not hold is said."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import SpecError
from harness.runfiles.card import RunCard, StageCard
from harness.runfiles.ir_metadata import to_ir_metadata
from harness.runfiles.ir_metadata_import import from_ir_metadata, losses
from harness.runfiles.ir_metadata_method import from_components, to_components
from tests.runfiles.cards import REQUIRED, bm25, full_card


def test_a_card_in_the_words_of_the_schema() -> None:
    document = yaml.safe_load(yaml.safe_dump(to_ir_metadata(full_card(), {"ir_datasets": "x/y"})))
    assert document["schema-version"] == 0.1
    assert document["actor"] == {"name": "A. Nother", "mail": "someone@example.org"}
    assert document["platform"] == {
        "hardware": {
            "cpu": {"model": "AMD EPYC", "architecture": "x86_64", "number of cores": 2},
            "ram": "25.276510208 GB",
        },
        "operating system": {"kernel": "Linux 6.1.0", "distribution": "Debian GNU/Linux 12 (bookworm)"},
        "software": {
            "libraries": {"python": ["numpy==2.4.6", "python==3.11.7"]},
            "retrieval toolkit": ["retrieval-harness==0.1.0"],
        },
    }
    assert document["research goal"]["publication"] == {
        "arxiv": "https://arxiv.org/abs/2306.07471",
        "url": "https://example.org/code",
    }
    assert document["implementation"]["source"]["commit"].startswith("9431900")
    assert document["data"] == {
        "test collection": {"name": "demo", "ir_datasets": "x/y"},
        "training data": [{"name": "msmarco"}],
    }


def test_stages_say_what_they_work_on() -> None:
    components = to_components(full_card().pipeline)
    assert [(c["name"], c.get("reranks"), c.get("interpolates")) for c in components] == [
        ("bm25", None, None),
        ("dense", None, None),
        ("rrf", None, ["bm25", "dense"]),
        ("cross-encoder", "rrf", None),
    ]


def test_what_the_format_holds_comes_back_and_the_rest_is_said() -> None:
    card = full_card()
    document = yaml.safe_load(yaml.safe_dump(to_ir_metadata(card)))
    found = from_ir_metadata(document)
    assert found.dropped == ()
    back = RunCard(**{**REQUIRED, **found.fields})
    assert (back.hardware, back.versions, back.links, back.contact, back.git, back.tag) == (
        (card.hardware, card.versions, card.links, card.contact, card.git, card.tag)
    )
    assert [stage.name for stage in back.pipeline] == ["bm25", "rrf", "cross-encoder"]
    assert back.pipeline[0].parameters == {"k1": 0.9, "b": 0.4}
    assert back.pipeline[1].branches[0][0].name == "dense"
    assert set(losses(card)) == {
        "family", "description", "created", "run", "split", "depth", "training_data.demo", "seeds.sampling",
        "runtime.blas", "runtime.threads.openblas", "timings.index_seconds",
        "resources.ram_used_process_kb_max", "index.documents", "index.encode_seconds",
        "fingerprints.documents", "fingerprints.queries", "fingerprints.judgments", "pipeline[2].depth",
        "pipeline[2].seconds", "pipeline[2].key", "pipeline[1].facts.runs",
        "pipeline[1].branches[0][0].seconds", "authors",
    }  # fmt: skip


def test_a_checkpoint_of_the_hub_has_its_address() -> None:
    card = full_card(checkpoint="naver/splade-v3", revision="ab" * 20)
    (entry,) = to_ir_metadata(card)["data"]["other"]
    assert entry["source"] == f"https://huggingface.co/naver/splade-v3/tree/{'ab' * 20}"
    assert not {"checkpoint", "revision"} & set(losses(card))
    packaged = full_card(checkpoint="package:somewhere/model", revision="sha256:ab")
    assert {"checkpoint", "revision"} & set(losses(packaged)) == {"revision"}


def test_the_makers_of_an_anonymous_run_are_not_named() -> None:
    card = full_card(anonymous_until="2027-01-31")
    assert "actor" not in to_ir_metadata(card)
    assert {"authors", "contact", "anonymous_until"} <= set(losses(card))


def test_a_stated_commit_does_not_make_a_clean_tree() -> None:
    document = {"implementation": {"source": {"commit": "9548cd6"}}}
    assert from_ir_metadata(document).fields["git"] == {"commit": "9548cd6", "dirty": True}


FOREIGN = """
tag: mine
actor: {name: A. Nother, orcid: 0000-0000-0000-0000, role: reproducer}
platform:
  hardware: {cpu: {model: X, number of cores: 16}, ram: 32 GB}
  software: {libraries: {java: [lucene==7.6], python: [numpy]}}
method:
  automatic: true
  retrieval:
    - {name: first, method: org.example.BM25, b: 0.4, k1: 0.9}
    - {name: second, method: org.example.Trees, reranks: first}
data:
  test collection: {name: Cranfield, qrels: "https://example.org/qrels.txt"}
"""


def test_what_others_write_is_read_as_far_as_a_card_goes() -> None:
    found = from_ir_metadata(yaml.safe_load(FOREIGN))
    stages = found.fields["pipeline"]
    assert [(stage.stage, stage.name, stage.parameters) for stage in stages] == [
        ("retrieve", "first", {"b": 0.4, "k1": 0.9}),
        ("rerank", "second", {}),
    ]
    assert found.fields["dataset"] == "Cranfield"
    assert found.fields["hardware"]["memory_bytes"] == 32_000_000_000
    assert found.fields["versions"] == {"lucene": "7.6"}
    assert found.fields["authors"] == ["A. Nother"]
    assert set(found.dropped) == {
        "actor.orcid", "actor.role", "platform.software.libraries.java[]",
        "platform.software.libraries.python[]", "method.automatic", "method.retrieval[].method",
        "data.test collection.qrels",
    }  # fmt: skip


@pytest.mark.parametrize(
    "components",
    [
        [{"name": "a", "reranks": "nothing"}],
        [{"name": "a"}, {"name": "b"}],
        [{"name": "a"}, {"name": "a", "reranks": "a"}],
        [{"name": "a", "interpolates": ["b", "c"]}],
        [{"name": "a", "params": 3}],
        [{"name": "a", "interpolates": 3}],
        [{"method": "a"}],
        ["a"],
        "a",
    ],
)
def test_components_that_are_no_pipeline_are_dropped_whole(components: Any) -> None:
    assert from_components(components) == []
    found = from_ir_metadata({"method": {"retrieval": components}})
    assert "pipeline" not in found.fields
    assert found.dropped


def test_only_a_mapping_is_a_document() -> None:
    with pytest.raises(SpecError, match="expected a mapping, found list"):
        from_ir_metadata([1], where="x.yaml")


names = st.sampled_from(["bm25", "dense", "rrf", "bm25 2", "x y"])
parameters = st.dictionaries(
    st.sampled_from(["k", "name", "params", "reranks"]), st.integers() | st.booleans() | st.text(max_size=5)
)
first = st.builds(StageCard, stage=st.just("retrieve"), name=names, parameters=parameters)
prepare = st.builds(StageCard, stage=st.just("prepare"), name=names, parameters=parameters)
later = st.builds(
    StageCard, stage=st.sampled_from(["rerank", "feedback", "group"]), name=names, parameters=parameters
)


def lines(branches: st.SearchStrategy[list[StageCard]]) -> st.SearchStrategy[list[StageCard]]:
    fuse = st.builds(
        StageCard,
        stage=st.just("fuse"),
        name=names,
        parameters=parameters,
        branches=st.lists(branches, min_size=1, max_size=2),
    )
    return st.builds(
        lambda before, one, after: [*before, one, *after],
        st.lists(prepare, max_size=2),
        first,
        st.lists(later | fuse, max_size=3),
    )


@settings(max_examples=40)
@given(st.recursive(lines(st.builds(lambda one: [one], first)), lines, max_leaves=4))
def test_any_pipeline_comes_back_from_its_components(pipeline: list[StageCard]) -> None:
    assert from_components(yaml.safe_load(yaml.safe_dump(to_components(pipeline)))) == pipeline


document = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([
                "tag", "actor", "mail", "platform", "hardware", "cpu", "ram", "software", "libraries",
                "number of cores", "operating system", "kernel", "research goal", "publication", "arxiv",
                "implementation", "source", "commit", "method", "retrieval", "name", "params", "reranks",
                "interpolates", "data", "test collection", "training data", "other",
            ]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(["tag", "actor", "platform", "method", "data"]), document))
def test_no_document_breaks_the_reader(found: dict[str, Any]) -> None:
    fields = from_ir_metadata(found).fields
    assert RunCard(**{**REQUIRED, **fields}).system == "fused"


def test_a_line_is_not_joined_over_two_retrievers() -> None:
    # two first stages that nothing joins are no pipeline
    assert from_components([*to_components([bm25()]), {"name": "other", "method": "retrieve:other"}]) == []
