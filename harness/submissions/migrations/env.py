"""What Alembic runs to migrate: the connection comes from :mod:`harness.submissions.database`."""

from __future__ import annotations

from alembic import context

from harness.submissions.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
context.run_migrations()
