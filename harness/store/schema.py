"""The tables of the store. All are derived: dropping them and rebuilding from the record loses nothing."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_VERSION = 4

metadata = MetaData()

about = Table(
    "about",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

datasets = Table(
    "dataset",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("title", Text, nullable=False),
    Column("headline", String(80), nullable=False),
    Column("judgments", String(80), nullable=False),  # fingerprint of what the runs were scored against
    Column("query_ids", Text, nullable=False),  # judged queries as a JSON list, the order of every vector
    Column("query_texts", Text, nullable=False),
    Column("spec", Text, nullable=False),
)

runs = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("dataset", ForeignKey("dataset.name", ondelete="CASCADE"), nullable=False),
    Column("system", String(200), nullable=False),
    Column("family", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("created", String(40), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("path", Text, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("judged_queries", Integer, nullable=False),
    Column("tied_share", Float, nullable=False),
    Column("engine", String(40), nullable=False),
    Column("engine_version", String(80), nullable=False),
    Column("flags", Text, nullable=False),
    Column("published", String(40), nullable=False),  # empty where no event of the ledger speaks of the run
    Column("version", Integer, nullable=False),
    Column("marks", Text, nullable=False),
    Column("submitter", Text, nullable=False),
    Column("reproduced", Text, nullable=False),
    Column("vectors_sha256", String(64), nullable=False),
    Column("digest", String(64), nullable=False),  # of what a reader sees of the run, scores included
    Column("card", Text, nullable=False),
    UniqueConstraint("dataset", "system"),
)

# Narrow, so that boards are read without the per-query values. Data set and system stand here, too: with them
# the index answers for a page of a board, or for one measure of every run, without looking at the runs.
scores = Table(
    "score",
    metadata,
    Column("run_id", ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    Column("measure", String(80), primary_key=True),
    Column("dataset", String(200), nullable=False),
    Column("system", String(200), nullable=False),
    Column("place", Integer, nullable=False),  # the measure's vector inside the run's
    Column("mean", Float(53), nullable=False),
    # means over all orders of tied documents, where the measure has a closed form
    Column("lowest", Float(53)),
    Column("expected", Float(53)),
    Column("highest", Float(53)),
    Index("score_by_mean", "measure", "dataset", "mean", "system", "run_id"),
)

vectors = Table(
    "vector",
    metadata,
    Column("run_id", ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    # float64, little-endian: measure by measure, each in the order of query_ids
    Column("per_query", LargeBinary, nullable=False),
)

issues = Table(
    "issue",
    metadata,
    Column("run_id", ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("severity", String(10), nullable=False),
    Column("code", String(40), nullable=False),
    Column("line", Integer),
    Column("query_id", Text),
    Column("message", Text, nullable=False),
)

# Runs that the board does not show now: older versions, hidden and withdrawn ones, for boards of the past.
versions = Table(
    "version",
    metadata,
    Column("dataset", ForeignKey("dataset.name", ondelete="CASCADE"), primary_key=True),
    Column("system", String(200), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("content", Text, nullable=False),  # what the run's rows above would hold, as JSON
)

tombstones = Table(
    "tombstone",
    metadata,
    Column("dataset", String(200), primary_key=True),
    Column("system", String(200), primary_key=True),
    Column("run", String(64), primary_key=True),
    Column("withdrawn", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
)

# A copy of the ledger, which is the truth: what the store has taken in of it.
events = Table(
    "event",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("dataset", String(200), nullable=False),
    Column("system", String(200), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("line", Text, nullable=False),
    Index("event_by_system", "dataset", "system"),
)
