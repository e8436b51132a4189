"""Tokens: issued once, listed without their secret, revoked, and told to be right or wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import insert, select, update

from harness.errors import CommandError, RequestError, UnknownNameError
from harness.ledger.moment import utc_now
from harness.submissions.account import ROLES, Identity, check_scopes
from harness.submissions.accounts import get_account
from harness.submissions.database import transaction
from harness.submissions.tables import accounts, tokens
from harness.submissions.token import hash_secret, matches, new_token, nobody, parse_token

DAYS = 365
"""Days after which a token expires unless another number is asked for."""


class Token(NamedTuple):
    """A token without its secret; times are ISO 8601 in UTC."""

    id: str
    account: str
    scopes: tuple[str, ...]
    label: str
    created: str
    expires: str | None
    revoked: str | None


def issue_token(
    url: str, account: str, *, scopes: tuple[str, ...] = (), label: str = "", days: int | None = DAYS
) -> tuple[str, Token]:
    """Make a token; its text is returned here and never again.

    Args:
        account: whose it is.
        scopes: what it allows; all that the account's role may do if none is named.
        label: what its owner calls it.
        days: after how many it expires; None for never.

    Raises:
        UnknownNameError: no such account or scope.
        CommandError: a scope that the role cannot have, or fewer days than one.
    """
    if days is not None and not 1 <= days <= 36_500:
        raise CommandError(f"A token is good for 1 day or more; found {days}.")
    if len(label) > 100 or not label.isprintable():
        raise CommandError("A label is one line of at most 100 printable characters.")
    made = new_token()
    now = utc_now()
    end = datetime.now(UTC) + timedelta(days=days or 0)
    expires = None if days is None else end.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    with transaction(url) as connection:
        allowed = check_scopes(scopes, get_account(connection, account).role)
        row = {"account": account, "label": label, "created": now, "expires": expires, "revoked": None}
        kept = {"id": made.id, "hash": hash_secret(made.secret), "scopes": " ".join(allowed)}
        connection.execute(insert(tokens), row | kept)
    return made.text(), Token(id=made.id, scopes=allowed, **row)  # type: ignore[arg-type]


def list_tokens(url: str, account: str | None = None) -> list[Token]:
    """Every token, or those of one account, oldest first."""
    with transaction(url) as connection:
        if account is not None:
            get_account(connection, account)
        found = connection.execute(select(tokens)).all()
    listed = [
        Token(**{name: getattr(row, name) for name in Token._fields} | {"scopes": tuple(row.scopes.split())})
        for row in found
        if account in (None, row.account)
    ]
    return sorted(listed, key=lambda token: (token.account, token.created, token.id))


def revoke_token(url: str, token: str) -> None:
    """Make a token worthless from now on; ``token`` is its id or its text.

    Raises:
        UnknownNameError: there is none.
    """
    parsed = parse_token(token)
    name = parsed.id if parsed else token
    with transaction(url) as connection:
        found = connection.scalar(select(tokens.c.id).where(tokens.c.id == name))
        if found is None:
            raise UnknownNameError("token", name, connection.scalars(select(tokens.c.id)).all())
        query = update(tokens).where(tokens.c.id == name, tokens.c.revoked.is_(None))
        connection.execute(query.values(revoked=utc_now()))


def authenticate(url: str, token: str) -> Identity:
    """Who a token stands for.

    An unknown id, a wrong secret, a revoked and an expired token and a disabled account read alike from
    outside.

    Raises:
        RequestError: 401.
    """
    parsed = parse_token(token)
    with transaction(url) as connection:
        query = select(tokens, accounts.c.role, accounts.c.disabled).join(accounts)
        row = connection.execute(query.where(tokens.c.id == (parsed.id if parsed else ""))).one_or_none()
    right = matches(parsed.secret if parsed else token[:100], row.hash if row else nobody())
    if not right or row is None or row.revoked or row.disabled or (row.expires and row.expires < utc_now()):
        raise RequestError(401, "The token is not known here, or it was revoked, or it has expired.")
    return Identity(row.account, row.role, frozenset(row.scopes.split()) & frozenset(ROLES[row.role]))
