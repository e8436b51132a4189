"""A card as ir_metadata 0.1, in a file of its own beside the run.

T. Breuer, J. Keller, P. Schaer, "ir_metadata: An Extensible Metadata Schema for IR Experiments", SIGIR 2022,
doi:10.1145/3477495.3531738; https://www.ir-metadata.org. Only keys of the schema's checklists are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from harness.runfiles.card import RunCard
from harness.runfiles.ir_metadata_method import to_components

VERSION: Final = 0.1
GIGABYTE: Final = 10**9
TOOLKIT: Final = "retrieval-harness"
HUB: Final = "https://huggingface.co/"
HUB_NAME = re.compile(r"^[\w.-]+/[\w.-]+$")
PUBLICATION: Final[Mapping[str, str]] = {
    "arxiv": "arxiv.org",
    "doi": "doi.org",
    "dblp": "dblp.org",
}
"""Key of a publication to the host that its address has; ``url`` takes any other."""


def to_ir_metadata(card: RunCard, collection: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What the schema can hold of a card; :func:`harness.runfiles.ir_metadata_import.losses` names the rest.

    Args:
        card: the card.
        collection: more about the test collection: ``source``, ``qrels``, ``topics`` or ``ir_datasets``.
    """
    document = {
        "schema-version": VERSION,
        "tag": card.tag or card.system,
        "actor": _actor(card),
        "platform": _platform(card),
        "research goal": {"publication": dict(_publication(card.links))},
        "implementation": {"source": _source(card)},
        "method": {"retrieval": to_components(card.pipeline)},
        "data": {
            "test collection": {"name": card.dataset, **(collection or {})},
            "training data": [{"name": n} for n, kind in card.training_data.items() if kind == "declared"],
            "other": list(_checkpoint(card)),
        },
    }
    filled: dict[str, Any] = _filled(document)
    return filled


def _filled(value: Any) -> Any:
    """Without keys that hold nothing; parameters of components stay as they are."""
    if not isinstance(value, dict):
        return value
    found = {key: item if key == "retrieval" else _filled(item) for key, item in value.items()}
    return {key: item for key, item in found.items() if item not in (None, "", {}, [])}


def _actor(card: RunCard) -> dict[str, str | None]:
    """One person: the first author, with the address to write to; nobody while the run is anonymous."""
    if card.anonymous_until:
        return {}
    mail = card.contact if card.contact and "@" in card.contact else None
    return {"name": card.authors[0] if card.authors else None, "mail": mail}


def _platform(card: RunCard) -> dict[str, Any]:
    hardware, runtime = card.hardware, card.runtime
    words = (hardware.os or "").split(" ") if hardware else []
    system, architecture = words if len(words) == 2 else (None, None)
    kernel = runtime.kernel if runtime else None
    libraries = [f"{name}=={version}" for name, version in card.versions.items() if name != TOOLKIT]
    return {
        "hardware": {
            "cpu": {
                "model": hardware.cpu if hardware else None,
                "architecture": architecture,
                "number of cores": hardware.cores if hardware else None,
            },
            "gpu": {"model": hardware.gpu if hardware else None},
            "ram": _gigabytes(hardware.memory_bytes) if hardware else None,
        },
        "operating system": {
            "kernel": kernel or system,
            "distribution": runtime.distribution if runtime else None,
        },
        "software": {
            "libraries": {"python": libraries},
            "retrieval toolkit": [f"{TOOLKIT}=={card.versions[TOOLKIT]}"] if TOOLKIT in card.versions else [],
        },
    }


def _gigabytes(size: int | None) -> str | None:
    """All nine decimals where they are needed, so that the number of bytes can be read back."""
    if size is None:
        return None
    return f"{size // GIGABYTE}.{size % GIGABYTE:09d}".rstrip("0").rstrip(".") + " GB"


def _publication(links: list[str]) -> Iterator[tuple[str, str]]:
    """The first address of each kind, in the card's order."""
    taken = set()
    for link in links:
        host = link.split("/")[2].lower()
        known = (key for key, name in PUBLICATION.items() if host == name or host.endswith("." + name))
        key = next(known, "url")
        if key not in taken:
            taken.add(key)
            yield key, link


def _source(card: RunCard) -> dict[str, Any]:
    ours = TOOLKIT in card.versions
    return {"lang": ["Python"] if ours else [], "commit": card.git.commit if card.git else None}


def _checkpoint(card: RunCard) -> Iterator[dict[str, str]]:
    """The weights as a further source of data, with their place on the Hugging Face hub if they have one."""
    if card.checkpoint is None:
        return
    entry = {"name": f"checkpoint {card.checkpoint}"}
    if HUB_NAME.match(card.checkpoint):
        entry["source"] = f"{HUB}{card.checkpoint}" + (f"/tree/{card.revision}" if card.revision else "")
    yield entry
