"""The suite of bad inputs: named uploads with the codes that each must get; seeds are fixed."""

from __future__ import annotations

import gzip
import io
import random
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from tests.submissions.making import card, ranking, run_text

GOOD_RUN = run_text(ranking(1)).encode()
GOOD_CARD = yaml.safe_dump(card()).encode()
MANIFEST = b"runs:\n- {dataset: tiny, run: run.trec, card: card.yaml}\n"


class Bad(NamedTuple):
    """An upload: the bytes of a run and a card, or of an archive, and the codes of which one must come."""

    name: str
    codes: frozenset[str]
    run: bytes = GOOD_RUN
    card: bytes = GOOD_CARD
    archive: bytes | None = None

    def write(self, folder: Path) -> tuple[Path, Path | None]:
        """The files: upload and card."""
        if self.archive is not None:
            (folder / "upload.bin").write_bytes(self.archive)
            return folder / "upload.bin", None
        (folder / "run.trec").write_bytes(self.run)
        (folder / "card.yaml").write_bytes(self.card)
        return folder / "run.trec", folder / "card.yaml"


def every_bad_input() -> list[Bad]:
    """At least 300 uploads; the same ones each time."""
    return [*bad_lines(), *bad_files(), *damaged(), *bad_cards(), *bad_zips(), *bad_tars(), *bad_manifests()]


def line_at(place: int, line: bytes) -> bytes:
    """The good run with one line replaced."""
    lines = GOOD_RUN.splitlines(keepends=True)
    lines[place] = line + b"\n"
    return b"".join(lines)


def bad_lines() -> Iterator[Bad]:
    """One bad line at several places of a good run."""
    kinds = {
        "no-columns-but-one": (b"x", "wrong-columns"),
        "five": (b"q00 Q0 d01 1 2", "wrong-columns"),
        "seven": (b"q00 Q0 d01 1 2 t t", "wrong-columns"),
        "msmarco": (b"q00\td01\t1", "wrong-columns"),
        "csv": (b"q00,Q0,d01,1,2,t", "wrong-columns"),
        "json": (b'{"q": 1, "d": 2}', "wrong-columns"),
        "comment": (b"# a comment", "comment-line"),
        "text-score": (b"q00 Q0 d39 1 high t", "text-score"),
        "hex-score": (b"q00 Q0 d39 1 0x10 t", "text-score"),
        "comma-score": (b"q00 Q0 d39 1 1,5 t", "text-score"),
        "under-score": (b"q00 Q0 d39 1 1_0 t", "text-score"),
        "nan": (b"q00 Q0 d39 1 nan t", "nan-score"),
        "NaN": (b"q00 Q0 d39 1 NaN t", "nan-score"),
        "text-rank": (b"q00 Q0 d39 first 1 t", "bad-rank"),
        "float-rank": (b"q00 Q0 d39 1.5 1 t", "bad-rank"),
        "large-rank": (b"q00 Q0 d39 99999999999999999999 1 t", "bad-rank"),
        "nul": (b"q00 Q0 d3\x009 1 1 t", "control-character"),
        "bell": (b"q00 Q0 d39\x07 1 1 t", "control-character"),
        "latin1": (b"q00 Q0 d\xe9 1 1 t", "not-utf8"),
        "surrogate": (b"q00 Q0 d\xed\xa0\x80 1 1 t", "not-utf8"),
        "unknown-query": (b"nosuch Q0 d39 1 1 t", "unknown-query"),
        "unknown-document": (b"q00 Q0 nosuch 1 1 t", "unknown-document"),
        "case": (b"Q00 Q0 d39 1 1 t", "unknown-query"),
        "nbsp": ("q00 Q0 d39\u00a0x 1 1 t".encode(), "unknown-document"),
    }
    for name, (line, code) in kinds.items():
        for place in (0, 57, 119):
            yield Bad(f"line-{name}-{place}", frozenset({code}), run=line_at(place, line))


def bad_files() -> Iterator[Bad]:
    """Run files that are wrong as a whole."""
    chance = random.Random(7)
    noise = bytes(chance.randrange(256) for _ in range(5000))
    twice = GOOD_RUN + GOOD_RUN.splitlines(keepends=True)[3]
    files = {
        "empty": (b"", {"empty"}),
        "blank-lines": (b"\n\n\n", {"empty"}),
        "spaces": (b"   \n\t\n", {"empty"}),
        "bom": (b"\xef\xbb\xbf" + GOOD_RUN, {"byte-order-mark"}),
        "utf16": (GOOD_RUN.decode().encode("utf-16"), {"not-utf8", "control-character", "wrong-columns"}),
        "noise": (noise, {"not-utf8", "control-character", "wrong-columns"}),
        "zeros": (b"\0" * 4096, {"control-character", "wrong-columns", "too-large"}),
        "twice": (twice, {"duplicate-document"}),
        "html": (b"<!DOCTYPE html>\n<html><body>404</body></html>\n", {"wrong-columns"}),
        "qrels": (b"q00 0 d01 1\nq00 0 d02 0\n", {"wrong-columns"}),
        "no-newlines": (b"q" * 100_000, {"too-large", "wrong-columns"}),
        "long-line": (b"q00 Q0 " + b"d" * 70_000 + b" 1 1 t\n", {"too-large"}),
        "too-deep": (
            "".join(f"q00 Q0 x{n} {n} {-n} t\n" for n in range(1, 1002)).encode(),
            {"too-deep", "unknown-document"},
        ),
        "gzip-bomb": (gzip.compress(b"\n" * 40_000_000, mtime=0), {"too-large", "empty"}),
        "gzip-of-zeros": (gzip.compress(b"\0" * 30_000_000, mtime=0), {"too-large", "control-character"}),
        "gzip-twice": (gzip.compress(gzip.compress(GOOD_RUN)), {"not-utf8", "control-character"}),
        "bad-zstd": (b"\x28\xb5\x2f\xfd" + noise[:200], {"truncated"}),
        "gzip-head": (b"\x1f\x8b" + noise[:100], {"truncated"}),
        "png": (b"\x89PNG\r\n\x1a\n" + noise[:300], {"not-utf8", "control-character", "wrong-columns"}),
        "pickle": (b"\x80\x04\x95" + noise[:300], {"not-utf8", "control-character", "wrong-columns"}),
    }
    for name, (content, codes) in files.items():
        yield Bad(f"file-{name}", frozenset(codes), run=content)


def damaged() -> Iterator[Bad]:
    """Compressed runs cut off or with a flipped byte, and archives cut off."""
    packed = gzip.compress(GOOD_RUN, mtime=0)
    chance = random.Random(11)
    for number in range(20):
        cut = chance.randrange(12, len(packed) - 9)
        yield Bad(f"gzip-cut-{number}", frozenset({"truncated"}), run=packed[:cut])
    whole = zipped({"manifest.yaml": MANIFEST, "run.trec": GOOD_RUN, "card.yaml": GOOD_CARD})
    for number in range(10):
        cut = chance.randrange(5, len(whole) - 30)
        codes = frozenset({"card-missing", "archive-damaged"})
        yield Bad(f"zip-cut-{number}", codes, archive=whole[:cut])
    packed_tar = gzip.compress(tarred({"manifest.yaml": MANIFEST, "run.trec": GOOD_RUN}), mtime=0)
    for number in range(10):
        cut = chance.randrange(len(packed_tar) // 2, len(packed_tar) - 9)
        yield Bad(
            f"tar-cut-{number}", frozenset({"archive-damaged", "card-missing"}), archive=packed_tar[:cut]
        )


def bad_cards() -> Iterator[Bad]:
    """Cards that lack, misname or mistype something, and texts that are no cards."""
    whole = card()
    for name in whole:
        if name not in {"dataset", "authors", "first_stage"}:  # these may be left out
            codes = frozenset({"card-invalid", "card-incomplete"})
            yield as_card(f"lacks-{name}", {key: whole[key] for key in whole if key != name}, codes)
    for name in whole:
        misnamed = {(f"{key}x" if key == name else key): value for key, value in whole.items()}
        yield as_card(f"misnamed-{name}", misnamed, frozenset({"card-invalid"}))
        for kind, value in (("number", 7), ("none", None), ("nested", {"a": {"b": [1]}}), ("empty", "")):
            if kind == "none" and name in {"authors", "first_stage"}:
                continue
            codes = frozenset({"card-invalid", "card-incomplete"})
            yield as_card(f"{kind}-{name}", {**whole, name: value}, codes)
    names = [
        "../up",
        "/root",
        ".",
        "..",
        ".hidden",
        "a\\b",
        "a\nb",
        " x",
        "x" * 101,
        "検" * 90,
        "a\0b",
        "\u202e",
    ]
    for number, name in enumerate(names):
        yield as_card(f"system-{number}", {**whole, "system": name}, frozenset({"card-invalid", "card-name"}))
    for number, name in enumerate(["nosuch", "~root", "~", "cqadupstack", "..", "a/b", "tiny ", "TINY"]):
        told = {**whole, "dataset": name, "training_data": {name: "unknown"}}
        yield as_card(f"dataset-{number}", told, frozenset({"card-invalid", "dataset-unknown"}))
    texts = {
        "empty": b"",
        "list": b"- a\n- b\n",
        "text": b"hello",
        "number": b"42",
        "tabs": b"\tsystem: x\n",
        "twice": b"system: a\nsystem: b\n",
        "open": b"system: [1, 2\n",
        "binary": bytes(range(256)),
        "utf16": "system: x".encode("utf-16"),
        "tag": b"!!python/object/apply:os.system ['true']\n",
        "date": b"created: 2026-13-01\n",
        "deep": b"[" * 5000,
        "aliases": b"a: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(
            b"%c: &%c [%s]\n" % (c + 1, c + 1, b",".join([b"*%c" % c] * 9)) for c in range(ord("a"), ord("j"))
        ),
        "anchor-loop": b"&a [*a]\n",
        "two-documents": b"system: a\n---\nsystem: b\n",
        "merge": b"<<: 3\n",
        "key-list": b"? [a, b]\n: c\n",
    }
    for name, text in texts.items():
        yield Bad(f"card-{name}", frozenset({"card-invalid"}), card=text)
    yield Bad("card-large", frozenset({"card-too-large"}), card=b"# " + b"x" * 300_000)


def as_card(name: str, told: dict[str, object], codes: frozenset[str]) -> Bad:
    return Bad(f"card-{name}", codes, card=yaml.safe_dump(told, allow_unicode=True).encode())


def zipped(files: dict[str, bytes], mode: int = stat.S_IFREG | 0o644) -> bytes:
    """A zip with the files in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return out.getvalue()


def tarred(files: dict[str, bytes], kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    """A tar with the files in it, all of one kind."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, link
            info.size = len(content) if kind == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


LEADING_OUT = [
    "../run.trec",
    "/etc/passwd",
    "a/../../b",
    "..",
    "a\\..\\b",
    "C:/x",
    "c:x",
    "x\x01y",
    "x" * 1100,
]


def good_files() -> dict[str, bytes]:
    return {"manifest.yaml": MANIFEST, "run.trec": GOOD_RUN, "card.yaml": GOOD_CARD}


def bad_zips() -> Iterator[Bad]:
    """Bombs, names that lead out, links, archives inside archives, encryption, repeated names."""
    for number, name in enumerate(LEADING_OUT):
        yield Bad(
            f"zip-path-{number}", frozenset({"archive-path"}), archive=zipped({**good_files(), name: b"x"})
        )
    for kind in (stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFBLK):
        content = zipped(good_files(), kind | 0o644)
        yield Bad(f"zip-kind-{kind}", frozenset({"archive-link"}), archive=content)
    bomb = zipped({**good_files(), "zeros": b"\0" * 60_000_000})
    yield Bad("zip-bomb", frozenset({"archive-ratio"}), archive=bomb)
    many = {f"f{number}": b"" for number in range(1200)}
    yield Bad("zip-many", frozenset({"archive-entries"}), archive=zipped({**good_files(), **many}))
    for name in ("inner.zip", "inner.tar", "inner.tgz", "inner.7z", "inner.tar.zst", "inner.rar"):
        yield Bad(
            f"zip-{name}", frozenset({"archive-nested"}), archive=zipped({**good_files(), name: b"abc"})
        )
    hidden = zipped({**good_files(), "data.bin": zipped({"a": b"b"})})
    yield Bad("zip-hidden-zip", frozenset({"archive-nested"}), archive=hidden)
    hidden = zipped({**good_files(), "data.bin": tarred({"a": b"b"})})
    yield Bad("zip-hidden-tar", frozenset({"archive-nested"}), archive=hidden)
    secret = bytearray(zipped({"a": b"x"}))
    secret[6] |= 1  # the flag of the local header
    secret[secret.index(b"PK\x01\x02") + 8] |= 1  # and that of the directory
    yield Bad("zip-encrypted", frozenset({"archive-encrypted"}), archive=bytes(secret))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("run.trec", GOOD_RUN)
        archive.comment = b"c"
    twin = out.getvalue().replace(b"run.trec", b"run.trec")
    yield Bad("zip-no-card", frozenset({"manifest-missing"}), archive=twin)
    wrong = bytearray(zipped(good_files()))
    wrong[60] ^= 0xFF
    codes = frozenset({"archive-damaged", "card-invalid", "manifest-invalid", "archive-path"})
    yield Bad("zip-flipped", codes, archive=bytes(wrong))
    yield Bad("zip-empty", frozenset({"manifest-missing"}), archive=zipped({}))


def bad_tars() -> Iterator[Bad]:
    """The same for tar, plain and compressed, and headers that claim too much."""
    for number, name in enumerate(LEADING_OUT):
        content = tarred({**good_files(), name: b"x"})
        yield Bad(f"tar-path-{number}", frozenset({"archive-path"}), archive=content)
        packed = gzip.compress(content, mtime=0)
        yield Bad(f"tgz-path-{number}", frozenset({"archive-path"}), archive=packed)
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE):
        for link in ("/etc/passwd", "../x", "run.trec"):
            content = tarred({"run.trec": b"", "card.yaml": b""}, kind, link)
            yield Bad(f"tar-kind-{kind!r}-{link}", frozenset({"archive-link"}), archive=content)
    bomb = gzip.compress(tarred({"zeros": b"\0" * 60_000_000}), mtime=0)
    yield Bad("tgz-bomb", frozenset({"archive-ratio"}), archive=bomb)
    many = tarred({f"f{number}": b"" for number in range(1200)})
    yield Bad("tar-many", frozenset({"archive-entries"}), archive=many)
    yield Bad(
        "tar-twice",
        frozenset({"archive-duplicate"}),
        archive=tarred({"a": b"1"})[:1024] + tarred({"a": b"2"}),
    )
    for kind in (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK):
        info = tarfile.TarInfo("x")
        info.type, info.size = kind, 2**30
        yield Bad(
            f"tar-header-{kind!r}",
            frozenset({"archive-damaged"}),
            archive=info.tobuf(tarfile.GNU_FORMAT) + b"\0" * 4096,
        )
    yield Bad("tar-no-card", frozenset({"manifest-missing"}), archive=tarred({"run.trec": GOOD_RUN}))


def bad_manifests() -> Iterator[Bad]:
    """Manifests that are none, or name what is not there."""
    texts = {
        "empty": (b"", "manifest-invalid"),
        "list": (b"- a\n", "manifest-invalid"),
        "none": (b"runs: []\n", "manifest-invalid"),
        "typo": (b"runs:\n- {datset: tiny, run: run.trec, card: card.yaml}\n", "manifest-invalid"),
        "no-run": (b"runs:\n- {dataset: tiny, card: card.yaml}\n", "manifest-invalid"),
        "no-file": (b"runs:\n- {dataset: tiny, run: nosuch, card: card.yaml}\n", "manifest-file"),
        "no-card": (b"runs:\n- {dataset: tiny, run: run.trec, card: nosuch}\n", "manifest-file"),
        "out": (b"runs:\n- {dataset: tiny, run: ../../etc/passwd, card: card.yaml}\n", "manifest-file"),
        "absolute": (b"runs:\n- {dataset: tiny, run: /etc/passwd, card: card.yaml}\n", "manifest-file"),
        "twice": (MANIFEST + MANIFEST[6:], "manifest-repeated"),
        "many": (b"runs:\n" + MANIFEST[6:] * 201, "too-many-runs"),
        "other": (b"runs:\n- {dataset: other, run: run.trec, card: card.yaml}\n", "card-dataset"),
        "large": (b"# " + b"x" * 1_100_000 + b"\n" + MANIFEST, "manifest-invalid"),
        "binary": (bytes(range(256)), "manifest-invalid"),
        "yaml": (b"runs: [\n", "manifest-invalid"),
    }
    for name, (text, code) in texts.items():
        files = {**good_files(), "manifest.yaml": text}
        yield Bad(f"manifest-{name}", frozenset({code}), archive=zipped(files))
        yield Bad(f"manifest-{name}-tar", frozenset({code}), archive=tarred(files))
