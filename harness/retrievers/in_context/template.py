"""Prompt templates: one YAML file for each checkpoint that was trained on its own wording.

A packaged template is named (``listwise``), one's own is a path that ends in ``.yaml``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from harness.config import Strict, read_yaml
from harness.errors import Problem, SpecError, UnknownNameError

FOLDER = Path(__file__).parent / "templates"

Method = Literal["blockrank", "attention", "listwise", "setwise", "pairwise", "likelihood"]

_SLOT = re.compile(r"\{(query|document|number|count)\}")


class Template(Strict):
    """How a prompt is put together: prefix, a body for each document, suffix, the answer's beginning.

    ``{query}``, ``{count}`` (of documents), and in ``body`` ``{number}`` and ``{document}``, are filled in.

    Attributes:
        method: the kind of ranker it is for.
        system_message: of a chat; empty for the checkpoint's own.
        prefix: before the documents.
        body: one document.
        suffix: after the documents, the end of the user's message.
        answer: with what the model's answer begins, if we write it; of ``likelihood`` the text whose
            probability is the score.
        labels: how documents are numbered in the prompt.
        first_number: number of the first document.
        output_validation_regex: an answer must match it as a whole, or counts as of wrong format.
        output_extraction_regex: finds the labels in an answer, one a match.
    """

    method: Method
    system_message: str = ""
    prefix: str
    body: str
    suffix: str
    answer: str = ""
    labels: Literal["numbers", "letters"] = "numbers"
    first_number: int = Field(default=1, ge=0, le=1)
    output_validation_regex: str = r"(?s).*"
    output_extraction_regex: str = r"\d+"

    @field_validator("output_validation_regex", "output_extraction_regex")
    @classmethod
    def _compiles(cls, text: str) -> str:
        try:
            re.compile(text)
        except re.error as error:
            raise ValueError(f"a regular expression is needed: {error}") from error
        return text

    @field_validator("body")
    @classmethod
    def _shows_the_document(cls, text: str) -> str:
        if text.count("{document}") != 1:
            raise ValueError("the body shows {document} once")
        return text

    def label(self, number: int) -> str:
        """What document ``number``, counted from 0, is called: 1, 2, … or A, B, …, Z, AA, …."""
        if self.labels == "numbers":
            return str(number + self.first_number)
        text, rest = "", number + 1
        while rest:
            rest, letter = divmod(rest - 1, 26)
            text = chr(ord("A") + letter) + text
        return text


def filled(text: str, values: Mapping[str, str]) -> str:
    """A part of a template with its slots filled; braces inside the values stay as they are."""
    return _SLOT.sub(lambda found: values.get(found[1], found[0]), text)


def template_path(name: str) -> Path:
    """The file of a packaged template, or the path that was given.

    Raises:
        UnknownNameError: no template of this name is packaged.
    """
    if name.endswith((".yaml", ".yml")):
        return Path(name).expanduser()
    known = {path.stem: path for path in FOLDER.glob("*.yaml")}
    if name not in known:
        raise UnknownNameError("template", name, known, "One's own is the path of a .yaml file.")
    return known[name]


def read_template(name: str, method: Method) -> Template:
    """Read a template.

    Raises:
        UnknownNameError: no template of this name is packaged.
        SpecError: the file is absent or breaks the schema, or is for another kind of ranker.
    """
    template = read_yaml(template_path(name), Template)
    if template.method != method:
        problem = Problem("method", f"expected {method}, found {template.method}.")
        raise SpecError(f"The template {name} is for another kind of ranker:", [problem])
    return template


def template_hash(name: str) -> str:
    """``sha256:`` and the hash of a template's file.

    Raises:
        UnknownNameError: no template of this name is packaged.
        SpecError: the file is absent.
    """
    try:
        return f"sha256:{hashlib.sha256(template_path(name).read_bytes()).hexdigest()}"
    except OSError as error:
        raise SpecError(f"The template {name} cannot be read: {error}") from error
