"""Who sends a request: counted by address, known by the token in its header."""

from __future__ import annotations

from starlette.datastructures import Headers

from harness.api.operation import Operation
from harness.api.site import Site
from harness.errors import RequestError
from harness.submissions.account import Identity
from harness.submissions.ratelimit import READS, SIGN_INS, count_use
from harness.submissions.tokens import authenticate


def admit_request(site: Site, address: str) -> None:
    """Count a request against its address; a server without accounts counts nothing.

    Raises:
        RequestError: 429.
    """
    if site.accounts is not None:
        count_use(site.accounts, READS, address)


def identify(site: Site, operation: Operation, headers: Headers, address: str) -> Identity | None:
    """The account behind a request, where the operation needs one.

    Raises:
        RequestError: 401 without a good token, 403 where its scopes do not suffice, 429 after too many tries,
            503 where the server has no accounts.
    """
    if operation.scope is None:
        return None
    if site.accounts is None:
        raise RequestError(503, "Nothing can be handed in here: the server was started without accounts.")
    count_use(site.accounts, SIGN_INS, address)
    identity = authenticate(site.accounts, bearer(headers))
    identity.require(operation.scope)
    return identity


def bearer(headers: Headers) -> str:
    """The token of ``Authorization: Bearer TOKEN``.

    Raises:
        RequestError: 401 where there is none.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise RequestError(401, "A token is needed: Authorization: Bearer TOKEN.")
    return token.strip()
