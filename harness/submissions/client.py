"""Handing in a submission to a server: one multipart request, the receipt as answer."""

from __future__ import annotations

import http.client
import json
import secrets
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from harness.errors import CommandError, DataError, HarnessError, Problem
from harness.submissions.receipt import Receipt
from harness.submissions.upload import Upload

PLACE = "/api/v1/submissions"
TIMEOUT = 600.0  # seconds without a byte; a server scores before it answers
LARGEST_ANSWER = 64 * 2**20


def send(upload: Upload, server: str, token: str, *, dry_run: bool = False) -> Receipt:
    """Hand in an upload; the server checks and scores it as ``admit`` does.

    Args:
        upload: a run with its card, a folder (sent as a zip) or an archive.
        server: the address of the board, for example ``https://board.example.org``.
        token: one that the server's administrator gave out.
        dry_run: only ask what would happen.

    Raises:
        CommandError: the address or the token is wrong, or the server cannot be reached.
        DataError: the server answers with a problem that is no receipt.
    """
    address = urlsplit(server)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise CommandError(f"{server!r} is not the address of a server; expected https://HOST.")
    with tempfile.TemporaryFile() as body, tempfile.TemporaryDirectory() as scratch:
        boundary = secrets.token_hex(16)
        for piece in _multipart(upload, Path(scratch), boundary, dry_run=dry_run):
            if isinstance(piece, bytes):
                body.write(piece)
            else:
                with piece.open("rb") as stream:
                    shutil.copyfileobj(stream, body)
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(body.tell()),
            "Accept": "application/json",
        }
        body.seek(0)
        status, answer = _post(
            address.scheme, address.netloc, address.path.rstrip("/") + PLACE, body, headers
        )
    return _receipt(status, answer, server)


def _multipart(upload: Upload, scratch: Path, boundary: str, *, dry_run: bool) -> Iterator[bytes | Path]:
    """The body in pieces: bytes, and files to copy."""
    texts = {"dataset": upload.dataset or "", "dry_run": "true" if dry_run else ""}
    if upload.card is not None:
        files = {"run": upload.path, "card": upload.card}
    else:
        files = {"archive": _zipped(upload.path, scratch) if upload.path.is_dir() else upload.path}
    for name, text in texts.items():
        if text:
            yield _head(boundary, f'name="{name}"') + text.encode() + b"\r\n"
    for name, path in files.items():
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        shown = "".join(c for c in path.name if c.isprintable() and c not in '"\\')
        yield _head(boundary, f'name="{name}"; filename="{shown}"', "application/octet-stream")
        yield path
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _head(boundary: str, disposition: str, kind: str = "") -> bytes:
    extra = f"Content-Type: {kind}\r\n" if kind else ""
    return f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n{extra}\r\n".encode()


def _zipped(folder: Path, scratch: Path) -> Path:
    target = scratch / f"{folder.resolve().name}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                archive.write(path, path.relative_to(folder).as_posix())
    return target


def _post(scheme: str, netloc: str, path: str, body: IO[bytes], headers: dict[str, str]) -> tuple[int, bytes]:
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    connection = kind(netloc, timeout=TIMEOUT)
    try:
        connection.request("POST", path, body=body, headers=headers)
        response = connection.getresponse()
        return response.status, response.read(LARGEST_ANSWER)
    except (OSError, http.client.HTTPException) as error:
        raise CommandError(f"The server {scheme}://{netloc} does not answer: {error}") from error
    finally:
        connection.close()


def _receipt(status: int, answer: bytes, server: str) -> Receipt:
    try:
        plain: Any = json.loads(answer)
        receipt = plain.get("receipt", plain)  # a refusal is a problem that holds its receipt
        if "outcome" in receipt and "entries" in receipt:
            return Receipt.from_json({key: receipt[key] for key in _RECEIPT if key in receipt})
        detail = f"{plain.get('title', '')}: {plain.get('detail', '')}".strip(": ")
        problems = [
            Problem(str(item.get("where", item.get("code", ""))), str(item.get("message", item)))
            for item in plain.get("findings", ())
        ]
    except (ValueError, TypeError, KeyError, AttributeError):
        detail, problems = answer[:200].decode(errors="replace"), []
    kind: type[HarnessError] = CommandError if status in (401, 403, 404, 405) else DataError
    message = f"{server} answers {status}. {detail}"
    raise kind(message, problems) if kind is DataError else kind(message)


_RECEIPT = (
    "id",
    "outcome",
    "actor",
    "time",
    "dry_run",
    "entries",
    "findings",
    "event",
    "event_hash",
    "reason",
)
