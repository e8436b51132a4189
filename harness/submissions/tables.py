"""Tables of the accounts; the migrations make them, nothing else does.

They start with ``access_``, so that they can share a database with the store, whose rebuild
touches its own alone.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, Text

VERSION_TABLE = "access_version"

metadata = MetaData()

accounts = Table(
    "access_account",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("contact", Text, nullable=False),
    Column("created", String(30), nullable=False),
    Column("disabled", String(30)),  # when; empty for an account in use
)

tokens = Table(
    "access_token",
    metadata,
    Column("id", String(16), primary_key=True),  # the public part, by which the row is found
    Column("account", ForeignKey("access_account.name"), nullable=False, index=True),
    Column("hash", String(200), nullable=False),
    Column("scopes", String(200), nullable=False),
    Column("label", Text, nullable=False),
    Column("created", String(30), nullable=False),
    Column("expires", String(30)),
    Column("revoked", String(30)),
)

settings = Table(
    "access_setting",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("value", Text, nullable=False),
)

uses = Table(
    "access_use",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("subject", String(120), primary_key=True),
    Column("period", Integer, primary_key=True),  # number of the window since 1970
    Column("count", Integer, nullable=False),
)
