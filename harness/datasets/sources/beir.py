"""BEIR's archives: fetched, unpacked and judged by the beir package itself.

Documents and queries are streamed by our own strict reader, since beir's ``GenericDataLoader`` holds the
whole corpus in memory; the judgments come from that loader.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

from beir import util
from beir.datasets.data_loader import GenericDataLoader

from harness.datasets.places import data_root, unavailable
from harness.datasets.sources.folder import Folder
from harness.datasets.spec import BeirSource
from harness.errors import DatasetError
from harness.records import Document, Qrels, Query


class _Loader(GenericDataLoader):  # type: ignore[misc]  # beir has no types
    """BEIR's loader of queries and judgments; the corpus stays on the disk."""

    def _load_corpus(self) -> None:
        self.corpus: dict[str, dict[str, str]] = {"": {}}


class Beir:
    """One unpacked archive of BEIR."""

    def __init__(self, folder: Path) -> None:
        self.folder = Folder(folder)

    def documents(self) -> Iterator[Document]:
        """Stream the corpus."""
        return self.folder.documents()

    def queries(self) -> Iterator[Query]:
        """Stream the queries of all splits, which lie in one file."""
        return self.folder.queries()

    def qrels(self, split: str) -> Qrels:
        """The judgments of a split, as ``GenericDataLoader`` reads them."""
        path = self.folder.path
        try:
            with warnings.catch_warnings():
                warnings.simplefilter(
                    "ignore", ResourceWarning
                )  # the loader leaves its file to the collector
                _, _, judgments = _Loader(str(path)).load(split)
        except KeyError as error:
            raise DatasetError(f"{path}: the judged query {error} of split {split!r} has no text.") from error
        except (ValueError, IndexError, OSError) as error:
            raise DatasetError(f"{path}: the split {split!r} cannot be read: {error}") from error
        return Qrels.from_dict(judgments)


def open_beir(name: str, settings: BeirSource) -> Beir:
    """The archive of a catalogue entry; fetched on first use into ``$HARNESS_DATA/beir``.

    Raises:
        UnavailableError: the archive cannot be fetched, is no zip, or has not the catalogue's md5.
        DatasetError: the archive lacks the data set's folder.
    """
    stem = Path(settings.url).name.removesuffix(".zip")
    target = data_root() / "beir" / (f"{stem}-{settings.md5[:8]}" if settings.md5 else stem)
    if not target.is_dir():
        _fetch(name, settings, target)
    folder = target / settings.folder
    if not folder.is_dir():
        raise DatasetError(f"The archive {settings.url} holds no folder {settings.folder!r} (see {target}).")
    return Beir(folder)


def _fetch(name: str, settings: BeirSource, target: Path) -> None:
    """Download, compare the md5, unpack; ``target`` appears only when all of it went well."""
    work = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        archive = work / Path(settings.url).name
        util.download_url(settings.url, str(archive))
        _verify(archive, settings.md5)
        util.download_and_unzip(settings.url, str(work))  # finds the archive in place, so it only unpacks
        archive.unlink()
        if not target.is_dir():  # another process may have been quicker
            work.replace(target)
    except (OSError, zipfile.BadZipFile) as error:  # requests' errors are OSErrors
        place = data_root() / name
        raise unavailable(name, f"{error}.", get_it=settings.url, place=place) from error
    finally:
        if work is not None:
            shutil.rmtree(work, ignore_errors=True)


def _verify(archive: Path, md5: str | None) -> None:
    """Refuse anything but the archive that the catalogue means; a server's error page is the usual case."""
    if not zipfile.is_zipfile(archive):
        raise zipfile.BadZipFile("the server answered with something that is no zip")
    with archive.open("rb") as stream:
        found = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if md5 is not None and found != md5:
        raise zipfile.BadZipFile(f"the archive has md5 {found}, the catalogue says {md5}; it is not used")
