"""An operation of the API: one method at one path, and everything that a client must know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from harness.api.parameter import Parameter
from harness.api.site import Site
from harness.submissions.account import Identity

PREFIX = "/api/v1"


class UploadedFile(NamedTuple):
    """A file of a request's body, and what its sender calls it."""

    path: Path
    name: str


class Call(NamedTuple):
    """A request, read: ``identity`` is None without a token; ``form`` holds the fields of a body."""

    site: Site
    values: Mapping[str, Any]
    identity: Identity | None
    form: Mapping[str, str | UploadedFile]
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an operation returns.

    Attributes:
        body: plain values for JSON, or the path of a file to hand out.
        status: HTTP's code; None for the operation's own.
        headers: beyond those that every answer has.
        name: what a file is to be called.
        stamp: for a file: a text that changes with its content.
        private: not to be kept by caches that others share.
    """

    body: Any
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    stamp: str = ""
    private: bool = False

    @property
    def file(self) -> Path | None:
        """The file to hand out, if it is one."""
        return self.body if isinstance(self.body, Path) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method at one path below :data:`PREFIX`.

    Attributes:
        name: the operation's id in the OpenAPI document.
        path: with ``{parameters}``.
        act: what it does; runs in a thread of its own.
        summary: a sentence.
        result: the name of the answer's schema in :mod:`harness.api.schemas`, or a media type for a file.
        parameters: those of path and query.
        scope: the scope that its token needs; None for an operation that needs no token.
        method: ``GET`` or ``POST``.
        status: of success.
        body: for a POST, the JSON schema of its fields, all of which are texts or files.
        media: for a POST, the media type of its body.
        heavy: costs seconds of a processor; only a few run at once.
    """

    name: str
    path: str
    act: Callable[[Call], Answer]
    summary: str
    result: str
    parameters: tuple[Parameter, ...] = ()
    scope: str | None = None
    method: str = "GET"
    status: int = 200
    body: Mapping[str, Any] | None = None
    media: str = "application/json"
    heavy: bool = False
