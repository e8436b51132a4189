"""The text of a token, and the hash that is kept of it.

A token is ``hrn_ID_SECRET``: the id finds its row, the secret has 256 random bits. No dictionary holds such
a secret, so that a plain sha256 would do; scrypt (RFC 7914) is taken all the same, with costs of about 10 ms
and 4 MiB, because a leaked database must not be worth a search even if the source of randomness was poor.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import cache
from typing import NamedTuple

PREFIX = "hrn_"
_COST, _BLOCK, _PARALLEL, _LENGTH = 2**12, 8, 1, 32
_ID_BYTES, _SECRET_BYTES, _SALT_BYTES = 8, 32, 16


class TokenText(NamedTuple):
    """A token taken apart."""

    id: str
    secret: str

    def __repr__(self) -> str:
        """Without the secret, so that no log or traceback holds it."""
        return f"TokenText(id={self.id!r})"

    def text(self) -> str:
        """What its owner keeps."""
        return f"{PREFIX}{self.id}_{self.secret}"


def new_token() -> TokenText:
    """A token that nobody has seen."""
    return TokenText(secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES))


def parse_token(text: str) -> TokenText | None:
    """The parts of a token's text, or None if it has not the form of one."""
    name, _, secret = text.removeprefix(PREFIX).partition("_")
    well_formed = text.startswith(PREFIX) and len(name) == 2 * _ID_BYTES and 0 < len(secret) <= 100
    return TokenText(name, secret) if well_formed and text.isascii() else None


def hash_secret(secret: str) -> str:
    """``scrypt$COST$BLOCK$PARALLEL$SALT$HASH``, so that costs can be raised while old hashes stay good."""
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = _scrypt(secret, salt, _COST, _BLOCK, _PARALLEL)
    return f"scrypt${_COST}${_BLOCK}${_PARALLEL}${salt.hex()}${digest.hex()}"


def matches(secret: str, kept: str) -> bool:
    """Whether a secret has the hash that was kept; takes as long for a wrong one as for the right one."""
    _, cost, block, parallel, salt, digest = kept.split("$")
    found = _scrypt(secret, bytes.fromhex(salt), int(cost), int(block), int(parallel))
    return hmac.compare_digest(found, bytes.fromhex(digest))


@cache
def nobody() -> str:
    """The hash of a secret that nobody has: compared with it, an unknown id takes as long as a known one."""
    return hash_secret(secrets.token_urlsafe(_SECRET_BYTES))


def _scrypt(secret: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    return hashlib.scrypt(secret.encode(), salt=salt, n=cost, r=block, p=parallel, dklen=_LENGTH)
