"""Changing declared systems."""

from __future__ import annotations

from pathlib import Path

import yaml


def rewrite(path: Path, **changes: object) -> Path:
    """Change top-level keys of a YAML file; None removes one."""
    document = yaml.safe_load(path.read_text()) | changes
    kept = {key: value for key, value in document.items() if value is not None}
    path.write_text(yaml.safe_dump(kept, sort_keys=False))
    return path


def with_parameters(path: Path, **parameters: object) -> Path:
    """Change parameters of the first stage."""
    pipeline = yaml.safe_load(path.read_text())["pipeline"]
    pipeline[0]["parameters"].update(parameters)
    return rewrite(path, pipeline=pipeline)
