"""Lists in pages: the same parameters, fields and ``Link`` header everywhere (RFC 8288)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from harness.api.operation import PREFIX, Answer, Call
from harness.api.parameter import Parameter
from harness.errors import Problem, RequestError

PAGE = Parameter(name="page", kind="whole", default=1, least=1, meaning="Which page, from 1.")
PER_PAGE = Parameter(
    name="per_page", kind="whole", default=50, least=1, most=500, meaning="How many items a page has."
)
PAGING = (PAGE, PER_PAGE)


def paged(
    call: Call,
    path: str,
    items: Sequence[Any],
    more: Mapping[str, Any] | None = None,
    *,
    show: Callable[[Any], Any] = lambda item: item,
) -> Answer:
    """One page of ``items``, with its neighbours in the ``Link`` header.

    Args:
        call: whose ``page`` and ``per_page`` count.
        path: of the operation, its own parameters filled in.
        items: all of them, in order.
        more: further fields of the answer.
        show: what turns an item into plain values.

    Raises:
        RequestError: 400 for a page behind the last one.
    """
    page, size = call.values["page"], call.values["per_page"]
    last = max(1, -(-len(items) // size))
    if page > last:
        raise RequestError(400, "There is no such page.", [Problem("page", f"the last one is {last}.")])
    body = {
        **(more or {}),
        "total": len(items),
        "page": page,
        "pages": last,
        "items": [show(item) for item in items[(page - 1) * size : page * size]],
    }
    return Answer(body=body, headers={"Link": _links(call, path, page, last)})


def _links(call: Call, path: str, page: int, last: int) -> str:
    wanted = {"first": 1, "prev": page - 1, "next": page + 1, "last": last}
    given = [(name, each) for name, value in call.values.items() for each in _each(value)]
    query = [(name, value) for name, value in given if name != "page" and f"{{{name}}}" not in path]
    return ", ".join(
        f'<{_address(path, call.values)}?{urlencode([*query, ("page", number)])}>; rel="{relation}"'
        for relation, number in wanted.items()
        if 1 <= number <= last
    )


def _address(path: str, values: Mapping[str, Any]) -> str:
    filled = {name: quote(str(value), safe="") for name, value in values.items()}
    return PREFIX + path.format_map(filled)


def _each(value: Any) -> list[Any]:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, bool):
        return [str(value).lower()]
    return [] if value is None else [value]
