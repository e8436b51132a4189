"""Judgments and runs of the shared folder, read as plainly as possible."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from harness.records import Qrels


def trec_qrels(path: Path) -> Qrels:
    """Four columns; comments and duplicates do not occur in the files used."""
    judged: dict[str, dict[str, int]] = {}
    for line in path.read_bytes().splitlines():
        query, _, document, grade = line.decode().split()
        judged.setdefault(query, {})[document] = int(grade)
    return Qrels.from_dict(judged)


def text_qrels(text: str) -> Qrels:
    """``"q1 A1 B0; q2 A1"``: each document with its one-digit grade behind it; ``B-1`` is grade -1."""
    judged: dict[str, dict[str, int]] = {}
    for part in text.split(";"):
        query, *entries = part.strip(" ").split(" ")
        for entry in entries:
            negative = entry[-2] == "-"
            name = entry[:-2] if negative else entry[:-1]
            judged.setdefault(query, {})[name] = -int(entry[-1]) if negative else int(entry[-1])
    return Qrels.from_dict(judged)


def run_file(path: Path, lines: Iterable[str]) -> Path:
    """Lines ``query document score`` as a six-column run file."""
    text = "".join(
        f"{query} Q0 {document} {rank} {score} t\n"
        for rank, (query, document, score) in enumerate((line.split(" ") for line in lines), 1)
    )
    path.write_bytes(text.encode())
    return path
