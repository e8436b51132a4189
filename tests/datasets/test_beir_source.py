"""BEIR's archives through the beir package, from a server on this machine."""

from __future__ import annotations

import hashlib
import importlib.util
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from harness.datasets.catalogue import load_catalogue
from harness.datasets.dataset import load_dataset
from harness.datasets.fingerprint import fingerprint
from harness.datasets.spec import BeirSource, DatasetSpec
from harness.errors import DatasetError, MissingExtraError, UnavailableError
from tests.conftest import needed


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def beir() -> None:
    needed("beir", importlib.util.find_spec("beir") is not None, "pip install 'retrieval-harness[beir]'")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A server's address and the folder it serves."""
    folder = tmp_path / "served"
    folder.mkdir()
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}", folder
    httpd.shutdown()
    httpd.server_close()
    thread.join()


def archive(folder: Path, to: Path, inside: str) -> str:
    """Zip ``folder`` under the name ``inside``; the md5 of the zip."""
    with zipfile.ZipFile(to, "w") as pack:
        for path in sorted(folder.rglob("*.*")):
            pack.write(path, f"{inside}/{path.relative_to(folder)}")
    return hashlib.md5(to.read_bytes(), usedforsecurity=False).hexdigest()


def entry(url: str, md5: str | None, folder: str = "tiny") -> dict[str, DatasetSpec]:
    source = BeirSource(kind="beir", url=url, md5=md5, folder=folder)
    return {"sea": load_catalogue()["scifact"].model_copy(update={"source": source})}


@pytest.mark.usefixtures("beir")
def test_an_archive_is_fetched_once_and_reads_like_the_folder(
    server: tuple[str, Path], make_folder: Any, data_home: Path
) -> None:
    url, served = server
    folder = make_folder()
    md5 = archive(folder, served / "tiny.zip", "tiny")
    catalogue = entry(f"{url}/tiny.zip", md5)
    data = load_dataset("sea", catalogue)
    direct = load_dataset(str(folder))
    assert data.queries == direct.queries
    assert data.all_queries == direct.all_queries
    assert data.qrels.to_dict() == direct.qrels.to_dict()
    assert fingerprint(data) == fingerprint(direct)
    (served / "tiny.zip").unlink()
    assert fingerprint(load_dataset("sea", catalogue)) == fingerprint(direct), "the second time is offline"
    assert [path.name for path in (data_home / "beir").iterdir()] == [f"tiny-{md5[:8]}"]


@pytest.mark.usefixtures("beir")
def test_parts_of_one_archive_share_it(server: tuple[str, Path], make_folder: Any, data_home: Path) -> None:
    url, served = server
    md5 = archive(make_folder("forums/android").parent, served / "forums.zip", "forums")
    data = load_dataset("sea", entry(f"{url}/forums.zip", md5, "forums/android"))
    assert len(list(data.documents())) == 4
    (served / "forums.zip").unlink()
    with pytest.raises(DatasetError, match="forums/gaming"):
        load_dataset("sea", entry(f"{url}/forums.zip", md5, "forums/gaming"))


@pytest.mark.usefixtures("beir")
def test_an_archive_with_another_md5_is_never_used(
    server: tuple[str, Path], make_folder: Any, data_home: Path
) -> None:
    url, served = server
    archive(make_folder(), served / "tiny.zip", "tiny")
    with pytest.raises(UnavailableError, match="md5"):
        load_dataset("sea", entry(f"{url}/tiny.zip", "0" * 32))
    assert list((data_home / "beir").iterdir()) == [], "nothing half done stays behind"


@pytest.mark.usefixtures("beir")
@pytest.mark.parametrize("address", ["{url}/absent.zip", "http://127.0.0.1:9/tiny.zip"])
def test_what_cannot_be_fetched_says_url_place_and_command(
    server: tuple[str, Path], data_home: Path, address: str
) -> None:
    address = address.format(url=server[0])
    with pytest.raises(UnavailableError) as caught:
        load_dataset("sea", entry(address, None))
    text = str(caught.value)
    assert address in text
    assert str(data_home / "sea") in text
    assert "harness datasets audit sea" in text
    assert list((data_home / "beir").iterdir()) == []


@pytest.mark.usefixtures("beir")
def test_judgments_that_beir_cannot_read_are_told(
    server: tuple[str, Path], make_folder: Any, data_home: Path
) -> None:
    url, served = server
    md5 = archive(make_folder("one", qrels=[("q9", "d1", 1)]), served / "one.zip", "one")
    with pytest.raises(DatasetError, match="q9"):
        load_dataset("sea", entry(f"{url}/one.zip", md5, "one"))
    md5 = archive(make_folder("two", split="train"), served / "two.zip", "two")
    with pytest.raises(DatasetError, match=r"test\.tsv"):
        load_dataset("sea", entry(f"{url}/two.zip", md5, "two"))


@pytest.mark.skipif(importlib.util.find_spec("beir") is not None, reason="beir is installed")
def test_without_beir_the_pip_line_is_given(data_home: Path) -> None:
    with pytest.raises(MissingExtraError, match=r"retrieval-harness\[beir\]"):
        load_dataset("scifact")
