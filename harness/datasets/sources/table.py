"""The kinds of sources: name in the catalogue → ``open(name, settings) -> Source``."""

from __future__ import annotations

from harness.registry import Registry

SOURCES = Registry(
    "data set source",
    {
        "demo": "harness.datasets.sources.demo:open_demo",
        "folder": "harness.datasets.sources.folder:open_folder",
        "beir": "harness.datasets.sources.beir:open_beir",
        "ir_datasets": "harness.datasets.sources.irds:open_ir_datasets",
    },
    extras={"beir": ("beir", "beir"), "ir_datasets": ("ir_datasets", "data")},
)
