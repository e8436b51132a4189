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

SCHEMA_VERSION = 3

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
    Column("card", Text, nullable=False),
    UniqueConstraint("dataset", "system"),
)

scores = Table(
    "score",
    metadata,
    Column("run_id", ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    Column("measure", String(80), primary_key=True),
    Column("mean", Float(53), nullable=False),
    # means over all orders of tied documents, where the measure has a closed form
    Column("lowest", Float(53)),
    Column("expected", Float(53)),
    Column("highest", Float(53)),
    Column("per_query", LargeBinary, nullable=False),  # float64, little-endian, in the order of query_ids
    Index("score_by_measure", "measure", "mean"),
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
