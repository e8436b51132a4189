"""What a folder's files say of a ColBERT checkpoint: markers, lengths, projections."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from harness.config import key_path
from harness.errors import Problem, UnavailableError

Layout = Literal["auto", "encoder", "colbert", "pylate"]
"""``encoder`` is a transformer as it is, ``colbert`` the layout of ColBERT's authors, ``pylate`` PyLate's."""

MODULES: Final = "modules.json"
PYLATE_SETTINGS: Final = "config_sentence_transformers.json"
METADATA: Final = "artifact.metadata"
ARCHITECTURE: Final = "HF_ColBERT"

Length = Annotated[int, Field(ge=4)]
_Settings = TypeVar("_Settings", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Colbert:
    """A checkpoint that was trained for MaxSim.

    Attributes:
        transformer: the folder of the tokenizer and the transformer.
        projections: folders of the linear layers after it, in order; empty where the transformer's own file
            holds the one layer as ``linear.weight``.
        query_marker, document_marker: the token after the first one; ``""`` for none.
        query_length, document_length: tokens that are read, the special ones and the marker included.
        expands: shorter queries are filled up to their length with mask tokens, which have vectors.
        attends: other tokens look at these mask tokens.
        skipped: tokens of documents that have no vector.
        prompt: put before every text.
        lower: texts are put into lower case.
    """

    transformer: Path
    projections: tuple[Path, ...]
    query_marker: str
    document_marker: str
    query_length: int
    document_length: int
    expands: bool
    attends: bool
    skipped: tuple[str, ...]
    prompt: str = ""
    lower: bool = False


class _Metadata(BaseModel):
    """``artifact.metadata``; defaults of stanford-futuredata/ColBERT, colbert/infra/config/settings.py."""

    model_config = ConfigDict(strict=True, extra="ignore")

    query_token_id: str = "[unused0]"
    doc_token_id: str = "[unused1]"
    query_maxlen: Length = 32
    doc_maxlen: Length = 220
    mask_punctuation: bool = True
    attend_to_mask_tokens: bool = False
    similarity: Literal["cosine"] = "cosine"


class _Pylate(BaseModel):
    """``config_sentence_transformers.json``; defaults of lightonai/pylate, pylate/models/colbert.py."""

    model_config = ConfigDict(strict=True, extra="ignore")

    query_prefix: str = "[Q] "
    document_prefix: str = "[D] "
    query_length: Length = 32
    document_length: Length = 180
    do_query_expansion: bool = True
    attend_to_expansion_tokens: bool = False
    skiplist_words: list[str] = list(string.punctuation)
    prompts: dict[str, str] = {}
    default_prompt_name: str | None = None


def read_layout(folder: Path, wanted: Layout) -> Colbert | None:
    """Tell the layouts apart by the files that each has; None for a transformer as it is.

    Raises:
        UnavailableError: the folder is of no layout or of another than the one wanted, or a file of it is
            damaged; with every key that is wrong.
    """
    kinds = _modules(folder)
    architectures = _read(folder / "config.json").get("architectures") or []
    if kinds and "Dense" in kinds.values() and "Pooling" not in kinds.values():
        found: Layout = "pylate"
    elif ARCHITECTURE in architectures or (folder / METADATA).is_file():
        found = "colbert"
    elif (folder / "config.json").is_file() or "Transformer" in kinds.values():
        found = "encoder"
    else:
        raise UnavailableError(
            f"The folder {folder} is no checkpoint that MaxSim can use: it has neither {MODULES} with a "
            f"Transformer and Dense modules (PyLate), nor a config.json with the architecture "
            f"{ARCHITECTURE} or {METADATA} (ColBERT), nor a config.json of Hugging Face transformers."
        )
    if wanted not in ("auto", found):
        raise UnavailableError(
            f"The folder {folder} was to be of the layout {wanted!r} and is of the layout {found!r}. "
            f"{_SIGNS[wanted]}"
        )
    if found == "pylate":
        return _pylate(folder, kinds)
    return _original(folder) if found == "colbert" else None


_SIGNS: Final[Mapping[str, str]] = {
    "pylate": f"PyLate writes {MODULES} with a Transformer and Dense modules, and no Pooling.",
    "colbert": f"ColBERT writes the architecture {ARCHITECTURE} into config.json, and {METADATA}.",
    "encoder": f"With 'encoder' there may be neither Dense modules in {MODULES} nor {METADATA}.",
}


def _original(folder: Path) -> Colbert:
    told = _checked(_Metadata, folder / METADATA)
    return Colbert(
        transformer=folder,
        projections=(),
        query_marker=told.query_token_id,
        document_marker=told.doc_token_id,
        query_length=told.query_maxlen,
        document_length=told.doc_maxlen,
        expands=True,
        attends=told.attend_to_mask_tokens,
        skipped=tuple(string.punctuation) if told.mask_punctuation else (),
    )


def _pylate(folder: Path, kinds: Mapping[str, str]) -> Colbert:
    told = _checked(_Pylate, folder / PYLATE_SETTINGS)
    unknown = sorted(set(kinds.values()) - {"Transformer", "Dense", "Normalize"})
    if unknown or list(kinds.values()).count("Transformer") != 1:
        raise UnavailableError(
            f"{folder / MODULES} has the modules {', '.join(kinds.values())}; expected one Transformer and "
            "then Dense modules, as PyLate writes them."
        )
    place = folder / next(path for path, kind in kinds.items() if kind == "Transformer")
    lower = _read(place / "sentence_bert_config.json").get("do_lower_case") is True
    return Colbert(
        transformer=place,
        projections=tuple(folder / path for path, kind in kinds.items() if kind == "Dense"),
        query_marker=told.query_prefix,
        document_marker=told.document_prefix,
        query_length=told.query_length,
        document_length=told.document_length,
        expands=told.do_query_expansion,
        attends=told.do_query_expansion and told.attend_to_expansion_tokens,
        skipped=tuple(told.skiplist_words),
        prompt=told.prompts.get(told.default_prompt_name or "", ""),
        lower=lower,
    )


def _modules(folder: Path) -> dict[str, str]:
    """The last name of each module's type by its path inside the folder, in order; none without the file."""
    path = folder / MODULES
    if not path.is_file():
        return {}
    listed = _json(path)
    if not isinstance(listed, list):
        raise UnavailableError(f"{path} must hold a list of modules, found {type(listed).__name__}.")
    try:
        return {str(module["path"]): str(module["type"]).rpartition(".")[2] for module in listed}
    except (KeyError, TypeError) as error:
        raise UnavailableError(f"{path}: every module needs 'path' and 'type'.") from error


def _checked(kind: type[_Settings], path: Path) -> _Settings:
    """The settings of a file; a key that is absent or null has its default."""
    told = {name: value for name, value in _read(path).items() if value is not None}
    try:
        return kind.model_validate(told)
    except ValidationError as error:
        problems = [
            Problem(key_path(item["loc"]), f"{item['msg']}; found {item['input']!r}.")
            for item in error.errors(include_url=False)
        ]
        raise UnavailableError(f"{path} is no setting of a ColBERT checkpoint:", problems) from error


def _read(path: Path) -> Mapping[str, Any]:
    """The JSON object of a file; empty where there is no file."""
    if not path.is_file():
        return {}
    found = _json(path)
    if not isinstance(found, dict):
        raise UnavailableError(f"{path} must hold a JSON object, found {type(found).__name__}.")
    return found


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnavailableError(f"{path} cannot be read: {error}") from error
