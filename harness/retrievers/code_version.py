"""The version of a stage's code: a hash of the source that decides what it gives."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
from functools import cache
from pathlib import Path

PACKAGE = "harness.retrievers."
FRAME = {"base", "stages", "table", "spec"}  # they say what a stage is, not what one does


@cache
def code_version(module: str) -> str:
    """Hex sha256 over the sources of a module and of the retriever modules it imports, anywhere in it.

    Changing a stage's code changes the version of every stage built on it, and of no other.
    """
    digest = hashlib.sha256()
    for name in sorted(_closure(module)):
        digest.update(name.encode() + b"\0" + _source(name) + b"\0")
    return digest.hexdigest()


def _closure(module: str) -> set[str]:
    found: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in found and _source(name):
            found.add(name)
            waiting += _imports(_source(name))
    return found


@cache
def _source(module: str) -> bytes:
    try:
        spec = importlib.util.find_spec(module)
    except ModuleNotFoundError:  # "package.module.name", where name is no module
        return b""
    if spec is None or spec.origin is None:
        return b""
    return Path(spec.origin).read_bytes()


@cache
def _imports(source: bytes) -> tuple[str, ...]:
    names: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return tuple(
        name
        for name in names
        if name.startswith(PACKAGE) and name.removeprefix(PACKAGE).split(".")[0] not in FRAME
    )
