"""Version 1: accounts, tokens, settings, counted uses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "access_account",
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("created", sa.String(30), nullable=False),
        sa.Column("disabled", sa.String(30)),
    )
    op.create_table(
        "access_token",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("account", sa.String(60), sa.ForeignKey("access_account.name"), nullable=False, index=True),
        sa.Column("hash", sa.String(200), nullable=False),
        sa.Column("scopes", sa.String(200), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("created", sa.String(30), nullable=False),
        sa.Column("expires", sa.String(30)),
        sa.Column("revoked", sa.String(30)),
    )
    op.create_table(
        "access_setting",
        sa.Column("key", sa.String(80), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "access_use",
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("subject", sa.String(120), primary_key=True),
        sa.Column("period", sa.Integer, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables with everything in them."""
    for name in ("access_use", "access_setting", "access_token", "access_account"):
        op.drop_table(name)
