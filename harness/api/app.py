"""The API as an ASGI application; it can stand alone or beside the pages."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import anyio
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from harness.api.answers import respond
from harness.api.bodies import read_body
from harness.api.middleware import LOG, Bounded, Logged
from harness.api.operation import PREFIX, Call, Operation
from harness.api.parameter import read_parameters
from harness.api.problems import of_error
from harness.api.site import Site
from harness.api.table import OPERATIONS
from harness.api.visitor import admit_request, identify
from harness.errors import HarnessError, RequestError
from harness.ledger.moment import utc_now

EXPOSED = ("ETag", "Link", "Retry-After", "Location")


def create_app(site: Site) -> Starlette:
    """The API alone, at :data:`~harness.api.operation.PREFIX`."""
    return Starlette(routes=[mount(site)])


def mount(site: Site) -> Mount:
    """The API as a route, with middleware of its own, for an application that serves more."""
    queue = Queue(site.workers, site.waiting)
    inner = Starlette(
        routes=[
            Route(path, _endpoint(site, queue, same), methods=list(same))
            for path, same in _by_path(OPERATIONS).items()
        ],
        middleware=[
            Middleware(Logged),
            Middleware(
                CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "HEAD"], expose_headers=EXPOSED
            ),
            Middleware(Bounded, most=site.body_bytes),
        ],
        exception_handlers={
            HarnessError: _on_error,
            HTTPException: _on_error,
        },
    )
    inner.router.redirect_slashes = False
    found = Mount(PREFIX, app=inner, name="api")
    found.path_regex = re.compile(found.path_regex.pattern, re.DOTALL)  # an address may hold a line break
    return found


class Queue:
    """Lets a few costly operations run at once and a few more wait; the rest are told to come again."""

    def __init__(self, workers: int, waiting: int) -> None:
        self._workers, self._most, self._inside = workers, workers + waiting, 0
        self._limiter: anyio.CapacityLimiter | None = None

    async def run(self, act: Callable[[], Response]) -> Response:
        """Run ``act`` in a thread when its turn comes.

        Raises:
            RequestError: 503, when too many wait already.
        """
        if self._inside >= self._most:
            raise RequestError(503, "Too many requests of this kind are waiting.", retry_after=10)
        self._limiter = self._limiter or anyio.CapacityLimiter(self._workers)
        self._inside += 1
        try:
            return await anyio.to_thread.run_sync(act, limiter=self._limiter)
        finally:
            self._inside -= 1


def _by_path(operations: Iterable[Operation]) -> dict[str, dict[str, Operation]]:
    paths: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method] = operation
    return paths


def _endpoint(
    site: Site, queue: Queue, same: dict[str, Operation]
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        operation = same["GET" if request.method == "HEAD" else request.method]
        values = read_parameters(
            operation.parameters, request.path_params, request.query_params.multi_items()
        )
        address = request.client.host if request.client else ""
        await run_in_threadpool(admit_request, site, address)
        identity = await run_in_threadpool(identify, site, operation, request.headers, address)
        request.state.account = identity.account if identity else ""

        with tempfile.TemporaryDirectory(prefix="harness-") as scratch:
            form = await read_body(request, operation, Path(scratch)) if operation.body else {}

            def act() -> Response:
                call = Call(site=site, values=values, identity=identity, form=form, address=address)
                return respond(request, operation, operation.act(call))

            return await (queue.run(act) if operation.heavy else run_in_threadpool(act))

    return endpoint


async def _on_error(_request: Request, error: Exception) -> Response:
    response = of_error(error)
    if response.status_code >= 500:  # the answer does not say why, the log does
        LOG.error(json.dumps({"time": utc_now(), "error": type(error).__name__, "detail": str(error)}))
    return response
