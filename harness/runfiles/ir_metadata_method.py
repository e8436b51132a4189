"""A pipeline as the ``retrieval`` components of ir_metadata, and back.

A component names what it works on: ``reranks`` the component before it in its line, ``interpolates`` the
ends of the lines that it joins. A line starts with a component that has neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.runfiles.card import StageCard

_FIRST = frozenset({"prepare", "retrieve"})  # kinds that work on documents, not on a ranking
_OWN_KEYS = frozenset({"name", "method", "params", "reranks", "interpolates", "weight"})


def to_components(pipeline: Sequence[StageCard]) -> list[dict[str, Any]]:
    """Components in order of execution; ``method`` is ``kind:name``, a repeated name gets a number."""
    made: list[dict[str, Any]] = []
    _write_line(pipeline, made)
    return made


def _write_line(stages: Sequence[StageCard], made: list[dict[str, Any]]) -> str:
    """Append the components of one line and of the branches that join it; the last one's name."""
    last = ""
    for stage in stages:
        joined = [_write_line(branch, made) for branch in stage.branches]
        taken = {component["name"] for component in made}
        name = next(name for name in _numbered(stage.name) if name not in taken)
        component: dict[str, Any] = {"name": name, "method": f"{stage.stage}:{stage.name}"}
        if stage.parameters:
            component["params"] = dict(stage.parameters)
        if joined:
            component["interpolates"] = [last, *joined]
        elif last and stage.stage not in _FIRST:
            component["reranks"] = last
        made.append(component)
        last = name
    return last


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name} {number}"
        number += 1


def with_params(components: Any) -> Any:
    """Components with their parameters under ``params``; the schema's example has them beside ``name``."""
    if not isinstance(components, list):
        return components
    return [_with_params(each) if isinstance(each, Mapping) else each for each in components]


def _with_params(component: Mapping[str, Any]) -> dict[str, Any]:
    params, inline = component.get("params", {}), set(component) - _OWN_KEYS
    if not inline or not isinstance(params, Mapping):
        return dict(component)
    return {key: component[key] for key in component if key in _OWN_KEYS} | {
        "params": {**params, **{key: component[key] for key in component if key in inline}}
    }


def from_components(components: Any) -> list[StageCard]:
    """Stages of a list of components; none if the list is not of components that make up one pipeline.

    The kind of a component whose ``method`` is not one of ours is ``rerank``, ``fuse`` or ``retrieve``, by
    what it refers to.
    """
    lines: dict[str, list[StageCard]] = {}  # by the name of their last component
    for component in with_params(components) if isinstance(components, list) else ():
        name = component.get("name") if isinstance(component, Mapping) else None
        if not isinstance(name, str) or name in lines:
            return []
        try:
            lines[name] = _line(component, lines)
        except (
            KeyError,
            IndexError,
            TypeError,
            ValueError,
        ):  # a name that is not there, a value no card holds
            return []
    return next(iter(lines.values())) if len(lines) == 1 else []


def _line(component: Mapping[str, Any], lines: dict[str, list[StageCard]]) -> list[StageCard]:
    """The line that ends with a component; those that it continues or joins are taken out of ``lines``."""
    reranks, joins = component.get("reranks"), component.get("interpolates")
    kind, _, registered = str(component.get("method", "")).partition(":")
    name = component["name"]
    ours = registered == name or (registered and name.startswith(f"{registered} "))
    source = joins[0] if joins else reranks
    before = lines.pop(source) if source else _prepared(lines)
    stage = StageCard(
        stage=kind if ours else "fuse" if joins else "rerank" if reranks else "retrieve",
        name=registered if ours else name,
        parameters=component.get("params", {}),
        branches=[lines.pop(each) for each in joins[1:]] if joins else [],
    )
    return [*before, stage]


def _prepared(lines: dict[str, list[StageCard]]) -> list[StageCard]:
    """The last line if it only prepares documents, which the next component then reads; else a new one."""
    name = next(reversed(lines), None)
    return lines.pop(name) if name is not None and lines[name][-1].stage == "prepare" else []
