"""Who may do what: roles, scopes, and the account that a token stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from harness.errors import CommandError, RequestError, UnknownNameError

SCOPES: Mapping[str, str] = {
    "submit": "hand in runs",
    "read": "read one's own submissions",
    "curate": "read everybody's submissions and decide on held ones",
    "admin": "read the report of an administrator",
}
ROLES: Mapping[str, tuple[str, ...]] = {
    "submitter": ("submit", "read"),
    "curator": ("submit", "read", "curate"),
    "administrator": ("submit", "read", "curate", "admin"),
}
"""Role to the scopes that its tokens may have."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")


class Account(NamedTuple):
    """An account; ``disabled`` is when it was, or None."""

    name: str
    role: str
    contact: str
    created: str
    disabled: str | None


class Identity(NamedTuple):
    """Who sends a request: an account, and what its token allows within the account's role."""

    account: str
    role: str
    scopes: frozenset[str]

    def require(self, scope: str) -> None:
        """Raise unless the token has a scope.

        Raises:
            RequestError: with status 403.
        """
        if scope not in self.scopes:
            has = ", ".join(sorted(self.scopes)) or "none"
            raise RequestError(403, f"This needs a token with the scope {scope!r}; this one has: {has}.")


def check_name(name: str) -> str:
    """The name, if an account may have it.

    Raises:
        CommandError: it is not 1 to 60 small letters, digits, dots, hyphens or underscores.
    """
    if not _NAME.fullmatch(name):
        raise CommandError(
            f"{name!r} is no name for an account. Expected 1 to 60 of a-z, 0-9, '.', '_' and '-', "
            "the first a letter or a digit."
        )
    return name


def check_role(role: str) -> str:
    """The role, if there is one of this name.

    Raises:
        UnknownNameError: there is none.
    """
    if role not in ROLES:
        raise UnknownNameError("role", role, ROLES)
    return role


def check_scopes(scopes: tuple[str, ...], role: str) -> tuple[str, ...]:
    """The scopes in the order of :data:`SCOPES`, each once; all that the role may have if none is named.

    Raises:
        UnknownNameError: one does not exist.
        CommandError: the role may not have one.
    """
    for scope in scopes:
        if scope not in SCOPES:
            raise UnknownNameError("scope", scope, SCOPES)
        if scope not in ROLES[role]:
            raise CommandError(f"A {role} cannot have the scope {scope!r}; it has {', '.join(ROLES[role])}.")
    return tuple(scope for scope in SCOPES if scope in (scopes or ROLES[role]))
