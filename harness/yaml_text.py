"""YAML text into plain values, strictly: nothing that it says is lost or read in one of two ways."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from harness.errors import Problem, SpecError

_TWO_MEANINGS = re.compile(r"[-+]?(0[0-7_]*[0-7]|[0-9_]+(:[0-9_.]+)+)")
MAX_NODES = 1_000_000  # a few aliases of aliases would otherwise fill the memory


class _UniqueKeyLoader(yaml.SafeLoader):
    """SafeLoader that refuses a repeated key, which YAML would resolve by silently keeping the last."""


def _mapping(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    loader.flatten_mapping(node)
    made: dict[Hashable, Any] = {}
    seen: dict[str, Hashable] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | int | float | None):  # bool is an int
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} is no text; put it in quotes", key_node.start_mark
            )
        written = next(iter(json.loads(json.dumps({key: 0}))))  # 2019 and "2019" are one key to the checks
        if written in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {written!r} stands twice", key_node.start_mark
            )
        seen[written] = key
        made[key] = loader.construct_object(value_node, deep=True)
    return made


def _number(loader: _UniqueKeyLoader, node: yaml.ScalarNode) -> Any:
    """A number, unless YAML 1.1 and 1.2 read different ones: ``0100`` is 64 or 100, ``1:30`` 90 or a text."""
    if _TWO_MEANINGS.fullmatch(node.value):
        raise yaml.constructor.ConstructorError(
            None,
            None,
            f"{node.value} is octal or in sixties to some readers of YAML and not to others; a number has no "
            "leading zero and no colon, and a text stands in quotes",
            node.start_mark,
        )
    whole = node.tag == "tag:yaml.org,2002:int"
    return loader.construct_yaml_int(node) if whole else loader.construct_yaml_float(node)


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
_UniqueKeyLoader.add_constructor("tag:yaml.org,2002:int", _number)
_UniqueKeyLoader.add_constructor("tag:yaml.org,2002:float", _number)


def load_yaml(path: Path) -> Any:
    """Parse a YAML file into plain values.

    Raises:
        SpecError: the file is absent, is not UTF-8, is not YAML, or repeats a key; with ``file:line``.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SpecError(f"There is no file {path}.") from error
    except IsADirectoryError as error:
        raise SpecError(f"{path} is a folder; name a YAML file.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"{path} cannot be read as UTF-8 text: {error}") from error
    try:
        return _construct(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        message = error.problem or "the text is not YAML"
        raise SpecError(f"{path} is not valid YAML.", [Problem(where, message)]) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # ValueError: a value that looks like a date or number and is none, such as 2026-13-01.
        raise SpecError(f"{path} is not valid YAML: {error}") from error


def _construct(text: str) -> Any:
    loader = _UniqueKeyLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        if _expanded(node, {}) > MAX_NODES:
            raise yaml.constructor.ConstructorError(
                None, None, f"aliases expand to more than {MAX_NODES} values", node.start_mark
            )
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _expanded(node: yaml.Node, known: dict[int, float]) -> float:
    """Values below a node once every alias is written out; infinite if it holds itself."""
    if not isinstance(node, yaml.CollectionNode):
        return 1
    if id(node) not in known:
        known[id(node)] = math.inf
        parts = [part for item in node.value for part in (item if isinstance(item, tuple) else (item,))]
        known[id(node)] = 1 + sum(_expanded(part, known) for part in parts)
    return known[id(node)]
