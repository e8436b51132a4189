"""Our token vectors of tiny ColBERT checkpoints against those of PyLate in the other interpreter."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from harness.retrievers.late_interaction.retriever import MaxSim
from tests.conftest import needed
from tests.retrievers.late_interaction import tiny
from tests.retrievers.plaid import pylate_vectors

TEXTS = ["small cat, sat", "the cats sat, on a mat. interest rates rose on the mat", "dog"]
KINDS = ["original", "attended", "unmasked", "pylate", "two-modules", "unexpanded", "modern"]


def made(kind: str, folder: Path) -> None:
    if kind == "original":
        tiny.original(folder)
    elif kind == "attended":
        tiny.original(folder, attend_to_mask_tokens=True)
    elif kind == "unmasked":
        tiny.pylate(folder, skiplist_words=[])
    elif kind == "unexpanded":
        tiny.pylate(folder, do_query_expansion=False, query_length=6, document_length=8)
    else:
        tiny.pylate(folder, second=kind == "two-modules", modern=kind == "modern")


@pytest.fixture(scope="module")
def checkpoints(interpreter: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a checkpoint of each kind, and beside each what PyLate makes of the texts."""
    command = [
        interpreter,
        "-I",
        "-c",
        "import importlib.util as i, sys; sys.exit(not i.find_spec('pylate'))",
    ]
    absent = subprocess.run(command, check=False).returncode
    needed("pylate", not absent, f"{interpreter} -m pip install pylate==1.6.0")
    folder = tmp_path_factory.mktemp("checkpoints")
    for kind in KINDS:
        made(kind, folder / kind)
    script = [interpreter, "-I", pylate_vectors.__file__, str(folder), json.dumps(TEXTS)]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(script, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_our_vectors_are_those_of_pylate(kind: str, checkpoints: Path) -> None:
    retriever = MaxSim(checkpoint=str(checkpoints / kind), precision="float32")
    encoder = retriever.encoder(retriever.weights())
    for name, query in (("queries", True), ("documents", False)):
        with np.load(checkpoints / f"{kind}.{name}.npz") as stored:
            theirs = [stored[f"arr_{i}"] for i in range(len(TEXTS))]
        ours = encoder.encode(TEXTS, query=query)
        assert np.diff(ours["bounds"]).tolist() == [len(part) for part in theirs]
        assert ours["vectors"] == pytest.approx(np.concatenate(theirs), abs=1e-5)
