"""The version of a stage's code: a hash of the source that decides what it gives."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
from functools import cache
from pathlib import Path

PACKAGE = "harness.retrievers."
FRAME = {"base", "stages", "table", "spec", "work"}  # they say what a stage is, not what one does


@cache
def code_version(module: str) -> str:
    """Hex sha256 over the sources of a module and of the retriever modules it imports, anywhere in it.

    Files of data beside them count, too: word lists, templates. Changing a stage's code changes the version
    of every stage built on it, and of no other.
    """
    digest = hashlib.sha256()
    modules = sorted(_closure(module))
    for name in modules:
        digest.update(name.encode() + b"\0" + _source(name) + b"\0")
    for path in sorted({path for name in modules for path in _data_beside(name)}):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _data_beside(module: str) -> list[Path]:
    """Files in the folder of a family's module, and in folders below without modules, that are no code."""
    family, _, _ = module.removeprefix(PACKAGE).rpartition(".")
    if not family:
        return []
    spec = importlib.util.find_spec(module)
    folder = Path(spec.origin).parent if spec and spec.origin else None
    found = folder.rglob("*") if folder else ()
    return [path for path in found if path.is_file() and path.suffix not in {".py", ".pyc"}]


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
