"""Bodies of requests: forms with files, streamed to the disk, and small JSON objects."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from harness.api.operation import Operation, UploadedFile
from harness.errors import Problem, RequestError

SMALL = 65_536
"""Bytes of a JSON body, and of a text in a form."""
MULTIPART = "multipart/form-data"

Form = dict[str, str | UploadedFile]


async def read_body(request: Request, operation: Operation, scratch: Path) -> Form:
    """The fields of a request's body, as the operation declares them.

    Args:
        request: of which nothing has been read yet.
        operation: its ``body`` names the fields; what has the format ``binary`` is a file.
        scratch: an empty folder for the files.

    Raises:
        RequestError: 415 for another media type, 413 for too much, 400 for what is malformed, unknown,
            repeated or absent.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != operation.media:
        raise RequestError(415, f"The body has to be {operation.media}; found {kind or 'nothing'!r}.")
    schema = operation.body or {}
    if operation.media != MULTIPART:
        pairs = list((await _json(request)).items())
        return await run_in_threadpool(_checked, pairs, schema, scratch)
    form = await _form(request)
    try:
        return await run_in_threadpool(_checked, form.multi_items(), schema, scratch)
    finally:
        await form.close()


async def _form(request: Request) -> FormData:
    """The parts of a form; files lie on the disk beyond 1 MiB.

    What stops the reading reaches the parser as an error of its own, on which it closes its files.
    """
    stopped: list[Exception] = []

    async def parts() -> AsyncGenerator[bytes, None]:
        try:
            async for part in request.stream():
                yield part
        except (RequestError, ClientDisconnect) as error:
            stopped.append(error)
            raise MultiPartException("stopped") from error

    parser = MultiPartParser(request.headers, parts(), max_files=4, max_fields=8, max_part_size=SMALL)
    try:
        return await parser.parse()
    except MultiPartException as error:
        if stopped:
            raise stopped[0] from error
        raise RequestError(400, f"The form cannot be read: {error.message.rstrip('.')}.") from error


async def _json(request: Request) -> Mapping[str, Any]:
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > SMALL:
            raise RequestError(413, f"The body is larger than the {SMALL:,} bytes that are read here.")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RequestError(400, "The body is not JSON.") from error
    if not isinstance(found, dict):
        raise RequestError(400, "The body has to be a JSON object.")
    return found


def _checked(pairs: list[tuple[str, Any]], schema: Mapping[str, Any], scratch: Path) -> Form:
    """Fields by name; every problem of all of them is told together."""
    known: Mapping[str, Mapping[str, Any]] = schema["properties"]
    problems: list[Problem] = []
    form: Form = {}
    for name, value in pairs:
        shown = name[:60]
        if name not in known:
            problems.append(Problem(shown, f"there is no such field. Known: {', '.join(known)}."))
        elif name in form:
            problems.append(Problem(shown, "given more than once."))
        elif known[name].get("format") == "binary":
            if isinstance(value, UploadFile):
                form[name] = _kept(value, scratch / name)
            else:
                problems.append(Problem(shown, "expected a file; found a text."))
        elif not isinstance(value, str) or not value.isprintable() or len(value) > 1000:
            problems.append(Problem(shown, "expected one line of at most 1000 printable characters."))
        elif value not in known[name].get("enum", (value,)):
            problems.append(Problem(shown, f"expected {' or '.join(known[name]['enum'])}; found {value!r}."))
        else:
            form[name] = value
    given = {name for name, _ in pairs}
    problems += [
        Problem(name, "this field is required and absent.")
        for name in schema.get("required", ())
        if name not in given
    ]
    if problems:
        raise RequestError(400, "The request's fields are wrong.", list(dict.fromkeys(problems)))
    return form


def _kept(upload: UploadFile, path: Path) -> UploadedFile:
    """The file on the disk under a name of ours; its own is only for messages."""
    with path.open("wb") as stream:
        shutil.copyfileobj(upload.file, stream, 2**20)
    name = "".join(letter if letter.isprintable() else "_" for letter in upload.filename or path.name)
    return UploadedFile(path, name.replace("\\", "/").rpartition("/")[2][:200] or path.name)
