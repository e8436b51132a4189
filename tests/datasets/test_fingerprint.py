"""Fingerprints follow the records and nothing else."""

from __future__ import annotations

import hashlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from harness.datasets.dataset import load_dataset
from harness.datasets.fingerprint import (
    documents_fingerprint,
    fingerprint,
    judgments_fingerprint,
    queries_fingerprint,
)
from harness.records import Document, Qrels, Query
from tests.datasets.conftest import DOCUMENTS, QRELS, QUERIES

text = st.text(max_size=5)
documents = st.lists(st.builds(Document, text, text, text), max_size=6)


def test_file_form_and_order_do_not_matter(make_folder: Any) -> None:
    plain = fingerprint(load_dataset(str(make_folder("plain"))))
    packed = fingerprint(load_dataset(str(make_folder("packed", packed=True))))
    turned = make_folder("turned", documents=DOCUMENTS[::-1], queries=QUERIES[::-1], qrels=QRELS[::-1])
    trec = turned / "qrels" / "test.tsv"
    trec.write_text("".join(f"{query} 0 {document} {grade}\n" for query, document, grade in QRELS))
    assert plain == packed == fingerprint(load_dataset(str(turned)))


def test_each_part_changes_its_own_fingerprint_alone(make_folder: Any) -> None:
    before = fingerprint(load_dataset(str(make_folder("a"))))
    other = fingerprint(
        load_dataset(str(make_folder("b", documents=[*DOCUMENTS[:3], {"_id": "d10", "text": "x"}])))
    )
    assert other.documents != before.documents
    assert (other.queries, other.judgments) == (before.queries, before.judgments)
    other = fingerprint(load_dataset(str(make_folder("c", qrels=[*QRELS[:2], ("q2", "d2", 2)]))))
    assert other.judgments != before.judgments
    assert (other.queries, other.documents) == (before.queries, before.documents)


def test_queries_that_nobody_judged_do_not_count(make_folder: Any) -> None:
    all_three = fingerprint(load_dataset(str(make_folder("three"))))
    assert all_three == fingerprint(load_dataset(str(make_folder("two", queries=QUERIES[:2]))))


def test_the_value_follows_the_written_definition() -> None:
    # Worked from the definition in the module's docstring with hashlib alone.
    record = b"".join(len(f).to_bytes(8, "big") + f for f in (b"d1", b"", "é".encode()))
    total = int.from_bytes(hashlib.sha256(record).digest(), "big")
    whole = b"retrieval-harness documents 1\0" + (1).to_bytes(32, "big") + total.to_bytes(32, "big")
    assert documents_fingerprint([Document("d1", "", "é")]) == "v1:" + hashlib.sha256(whole).hexdigest()


@given(documents, st.randoms())
def test_any_order_gives_the_same(items: list[Document], rng: Any) -> None:
    turned = items[:]
    rng.shuffle(turned)
    assert documents_fingerprint(items) == documents_fingerprint(turned)


@given(documents, documents)
def test_other_records_give_another(one: list[Document], two: list[Document]) -> None:
    same = sorted(one) == sorted(two)
    assert (documents_fingerprint(one) == documents_fingerprint(two)) == same


def test_fields_do_not_run_into_each_other_and_kinds_differ() -> None:
    assert documents_fingerprint([Document("a", "b", "c")]) != documents_fingerprint(
        [Document("ab", "", "c")]
    )
    assert documents_fingerprint([]) != queries_fingerprint([])
    assert queries_fingerprint([Query("a", "b")] * 2) != queries_fingerprint([Query("a", "b")])
    one = judgments_fingerprint(Qrels.from_dict({"q": {"d": 1}}))
    assert one != judgments_fingerprint(Qrels.from_dict({"q": {"d": -1}}))
