"""Judgment files are read strictly, every problem with its line."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from harness.datasets.qrels import read_qrels
from harness.errors import DatasetError

TREC = "q2 0 d9 1\nq1 Q0 d10 2\nq1 0 d2 -1\n"
BEIR = "query-id\tcorpus-id\tscore\nq2\td9\t1\nq1\td10\t2\nq1\td2\t-1\n"
JUDGED = {"q1": {"d10": 2, "d2": -1}, "q2": {"d9": 1}}


def write(tmp_path: Path, content: str | bytes, name: str = "qrels") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def problems(tmp_path: Path, content: str | bytes) -> list[tuple[int, str]]:
    path = write(tmp_path, content)
    with pytest.raises(DatasetError) as caught:
        read_qrels(path)
    return [(int(p.where.removeprefix(f"{path}:")), p.message) for p in caught.value.problems]


@pytest.mark.parametrize(
    "content",
    [
        TREC,
        BEIR,
        TREC.replace("\n", "\r\n"),
        BEIR.replace("\n", "\r\n"),
        TREC.rstrip("\n"),
        TREC.replace(" ", "\t  "),
        "\n" + TREC + "\n  \n",
        "\n" + BEIR,
        gzip.compress(BEIR.encode(), mtime=0),
        zstandard.compress(TREC.encode()),
    ],
)
def test_every_form_reads_alike(tmp_path: Path, content: str | bytes) -> None:
    qrels = read_qrels(write(tmp_path, content))
    assert qrels.to_dict() == JUDGED
    assert qrels.queries.tolist() == ["q1", "q2"]
    assert qrels.documents.tolist() == ["d10", "d2", "d9"]  # ascending in bytes inside a query
    assert qrels.starts.tolist() == [0, 2, 3]


def test_order_is_by_bytes_not_by_code_units(tmp_path: Path) -> None:
    qrels = read_qrels(write(tmp_path, "q 0 z 1\nq 0 é 1\nq 0 B 1\nq 0 a 1\n"))
    assert qrels.documents.tolist() == ["B", "a", "z", "é"]


@pytest.mark.parametrize(
    ("content", "lines", "word"),
    [
        ("q1 0 d1 1\nq1 0 d2\nq1 0 d3 1 x\n", [2, 3], "4 columns"),
        ("q1 d1 1\nq1 d2 0\n", [1, 2], "header"),
        (BEIR + "q3\td1\n", [5], "3 columns"),
        (BEIR + "q3\t0\td1\t1\n", [5], "3 columns"),
        ("q1 0 d1 1.7\nq1 0 d2 high\nq1 0 d3 1_0\nq1 0 d4 +1\nq1 0 d5 1.0\n", [1, 2, 3, 4, 5], "integer"),
        ("q1 0 d1 3000000000\nq1 0 d2 99999999999999999999\n", [1, 2], "integer"),
        ("q1 0 d1 1\nq2 0 d1 1\nq1 0 d1 1\n", [3], "repeats line 1"),
        ("q1 0 d1 1\nq1 1 d1 0\n", [2], "contradicts line 1"),
        (BEIR + "q2\td9\t0\n", [5], "contradicts line 2"),
        ("# made by hand\nq1 0 d1 1\n", [1], "comment"),
        ("q1 0 d1 1\n#q2 0 d1 1\n", [2], "comment"),
        ("q1 0 d1 1\nq1 0 d\0002 1\nq\x7f 0 d1 1\n", [2, 3], "control character"),
        ("query iter doc grade\nq1 0 d1 1\n", [1], "If this is a header, remove it"),
        ("query_id\tdoc_id\tgrade\n", [1], "its header line: query-id corpus-id score"),
        ("q1 Q0 d1 1 0.5 tag\n", [1], "Is this a run file?"),
        ("query-id,corpus-id,score\nq1,d1,1\n", [1, 2], "looks like CSV"),
        ('{"q1": {"d1": 1}}\n', [1], "looks like JSON"),
        (b"\xef\xbb\xbfq1 0 d1 1\n", [1], "byte order mark"),
        (b"q1 0 d1 1\nq1 0 d\xff2 1\n", [2], "0xff"),
    ],
)
def test_what_is_wrong_is_told_by_line(
    tmp_path: Path, content: str | bytes, lines: list[int], word: str
) -> None:
    found = problems(tmp_path, content)
    assert [line for line, _ in found] == lines
    assert all(word in message for _, message in found)


def test_a_hash_inside_an_id_is_no_comment(tmp_path: Path) -> None:
    assert read_qrels(write(tmp_path, "q#1 0 d#1 1\n")).to_dict() == {"q#1": {"d#1": 1}}


@pytest.mark.parametrize(
    "content", ["", "\n\n", "query-id\tcorpus-id\tscore\n", "query-id\tcorpus-id\tscore"]
)
def test_a_file_without_judgments_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(DatasetError, match="no judgment"):
        read_qrels(write(tmp_path, content))


def test_it_stops_after_fifty_problems(tmp_path: Path) -> None:
    assert len(problems(tmp_path, "q1 d1 1\n" * 60)) == 50


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_file_cut_short_is_refused(tmp_path: Path, pack: object) -> None:
    rng = random.Random(1)
    text = "".join(f"q{i} 0 d{rng.random()} 1\n" for i in range(5000))
    whole = pack(text.encode())  # type: ignore[operator]
    with pytest.raises(DatasetError, match="cannot be read to its end"):
        read_qrels(write(tmp_path, whole[: len(whole) // 2]))


def test_no_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="There is no file"):
        read_qrels(tmp_path / "absent.tsv")
    with pytest.raises(DatasetError, match="cannot be read"):
        read_qrels(tmp_path)


names = st.text(st.characters(exclude_categories=["Cs", "Zs", "Cc"]), min_size=1, max_size=4).filter(
    lambda text: not text.startswith("#") and not text.startswith("\ufeff") and text != "query-id"
)


@given(st.dictionaries(names, st.dictionaries(names, st.integers(-9, 9), min_size=1), min_size=1))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, judged: dict[str, dict[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("qrels")
    rows = [(query, document, grade) for query, row in judged.items() for document, grade in row.items()]
    trec = "".join(f"{query} 0 {document} {grade}\n" for query, document, grade in rows)
    beir = "query-id\tcorpus-id\tscore\n" + "".join("\t".join(map(str, row)) + "\n" for row in rows)
    assert read_qrels(write(folder, trec, "trec")).to_dict() == judged
    assert read_qrels(write(folder, beir, "beir")).to_dict() == judged


def test_real_files_have_their_published_counts(shared_data: Path) -> None:
    counts = {  # the folder's README, counted from the files
        "beir-qrels/qrels.beir-v1.0.0-scidocs.test.txt.gz": (1000, 29928),
        "beir-qrels/qrels.msmarco-passage.dev-subset.txt": (6980, 7437),
        "beir-trec-covid-runs/qrels.beir-v1.0.0-trec-covid.test.txt": (50, 66334),
        "trec-dl19-pool/original/qrels.dl19-passage.txt": (43, 9260),
    }
    for file, expected in counts.items():
        qrels = read_qrels(shared_data / file)
        assert (len(qrels.queries), len(qrels)) == expected, file


def test_a_million_lines_are_read(tmp_path: Path) -> None:
    text = "".join(f"q{i // 100} 0 doc{i * 7919 % 10**8} {i % 4}\n" for i in range(10**6))
    path = write(tmp_path, text)
    qrels = read_qrels(path)
    assert (len(qrels.queries), len(qrels)) == (10**4, 10**6)
