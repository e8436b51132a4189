"""The hub: what is said where the setting of its address, or of a proxy, cannot work."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import CommandError
from harness.retrievers.neural.checkpoint import locate
from tests.conftest import needs_neural

COMMIT = "c9745ed1d9f207416be6d2e6f8de32d1f16199bf"
PROXIES = [
    name for each in ("http", "https", "all", "no") for name in (f"{each}_proxy", f"{each.upper()}_PROXY")
]


FILES = (
    "config.json", "model.safetensors", "tf_model.h5", "model.onnx", "onnx/model.onnx", "onnx/model_O4.onnx",
    "onnx/decoder_model.onnx", "openvino/model.xml",
)  # fmt: skip


class Hub(http.server.BaseHTTPRequestHandler):
    """Answers as the hub does for one checkpoint of a few small files."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        headers: dict[str, str] = {}
        if path.startswith("/api/"):
            files = [{"type": "file", "path": name, "size": len(name), "oid": name} for name in FILES]
            listing = {"id": "o/m", "sha": COMMIT, "siblings": [{"rfilename": name} for name in FILES]}
            body = json.dumps(files if "/tree/" in path else listing).encode()
        else:
            body = path.rpartition(f"{COMMIT}/")[2].encode()
            headers = {"ETag": f'"{hashlib.sha1(body).hexdigest()}"', "X-Repo-Commit": COMMIT}
        self.send_response(200)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.do_GET()


@pytest.fixture
def hub() -> Iterator[str]:
    """The address of a hub in this process."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def told(variables: dict[str, str], cache: Path) -> str:
    """What a process of its own says, since the hub's client reads its settings when it is imported."""
    program = (
        "from harness.errors import HarnessError\n"
        "from harness.retrievers.neural.checkpoint import locate\n"
        "try:\n"
        f"    locate('some-organisation/some-model', '{COMMIT}')\n"
        "except HarnessError as error:\n"
        "    print(type(error).__name__, error)"
    )
    left_out = {*PROXIES, "HF_ENDPOINT", "HF_HUB_OFFLINE"}
    inherited = {name: value for name, value in os.environ.items() if name not in left_out}
    made = subprocess.run(
        [sys.executable, "-c", program],
        env=inherited | {"HF_HOME": str(cache)} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.stderr == ""
    return made.stdout


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://localhost:abc", "Port could not be cast"),
        ("http://localhost:99999", "Port out of range"),
        ("hub.example.org", "begins with neither"),
        ("localhost:8080", "begins with neither"),
        ("ftp://localhost", "begins with neither"),
        ("https://", "has no host"),
        ("http://[::1", "Invalid IPv6"),
        ("", "begins with neither"),
    ],
)
def test_an_address_that_is_none_is_told_with_its_variable(
    address: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_neural()
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setenv("HF_ENDPOINT", address)
    with pytest.raises(CommandError, match=why) as caught:
        locate("some-organisation/some-model", COMMIT)
    for part in ("HF_ENDPOINT", f"found {address!r}", "https://huggingface.co", "unset"):
        assert part in str(caught.value)


@pytest.mark.parametrize("address", ["http://[::1", "http://localhost:abc"])
def test_an_address_that_keeps_the_client_from_being_imported(address: str, tmp_path: Path) -> None:
    needs_neural()
    found = told({"HF_ENDPOINT": address}, tmp_path)
    assert found.startswith("CommandError") and "HF_ENDPOINT" in found and repr(address) in found


def test_a_proxy_that_is_no_address_is_told_without_its_password(tmp_path: Path) -> None:
    needs_neural()
    found = told({"https_proxy": "http://me:secret@localhost:port"}, tmp_path)
    assert found.startswith("CommandError") and "HTTPS_PROXY" in found
    assert "secret" not in found


def test_the_address_matters_only_where_the_hub_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "hub.example.org")
    assert locate(str(tmp_path), None) == tmp_path


@pytest.mark.parametrize(
    ("backend", "expected"),
    [
        ("torch", ["config.json", "model.safetensors"]),
        ("onnx", [
            "config.json", "model.onnx", "model.safetensors", "onnx/decoder_model.onnx", "onnx/model.onnx",
        ]),
    ],
)  # fmt: skip
def test_files_of_the_backend_are_fetched(
    backend: str, expected: list[str], hub: str, tmp_path: Path
) -> None:
    """A checkpoint of the hub had no ONNX model, whatever the backend."""
    needs_neural()
    program = (
        "from harness.retrievers.dense.retriever import Dense\n"
        f"made = Dense(checkpoint='o/m', revision='{COMMIT}', backend='{backend}')\n"
        "from pathlib import Path\n"
        "folder = Path(made.weights().folder)\n"
        "files = (path for path in folder.rglob('*') if path.is_file())\n"
        "print(*sorted(path.relative_to(folder).as_posix() for path in files))"
    )
    left_out = {*PROXIES, "HF_HUB_OFFLINE"}
    inherited = {name: value for name, value in os.environ.items() if name not in left_out}
    made = subprocess.run(
        [sys.executable, "-c", program],
        env=inherited | {"HF_HOME": str(tmp_path), "HF_ENDPOINT": hub},
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stdout.split() == expected
