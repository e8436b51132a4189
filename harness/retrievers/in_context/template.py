"""Prompt templates: one YAML file for each checkpoint that was trained on its own wording.

A packaged template is named (``listwise``), one's own is a path that ends in ``.yaml``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from harness.config import Strict, read_yaml
from harness.errors import Problem, SpecError, UnknownNameError
from harness.files import without_tilde

FOLDER = Path(__file__).parent / "templates"

Method = Literal["blockrank", "attention", "listwise", "setwise", "pairwise", "likelihood"]

_SLOT = re.compile(r"\{(query|document|number|count|title|text)\}")
_LABEL = re.compile(r"\[(\d+)\]")


class Template(Strict):
    """How a prompt is put together: prefix, a body for each document, suffix, the answer's beginning.

    ``{query}``, ``{count}`` (of documents), and in ``body`` ``{number}`` and ``{document}``, are filled in.

    Attributes:
        method: the kind of ranker it is for.
        source: where the wording was published, for a checkpoint that was trained on it.
        system_message: of a chat; empty for the checkpoint's own.
        chat_template: Jinja that puts a chat together in place of the checkpoint's own, in this process.
        prefix: before the documents.
        prefix_reply: if given, prefix and this reply are a turn of their own.
        body: one document.
        body_reply: if given, each document and this reply are a turn of their own.
        suffix: after the documents, the end of the user's message.
        answer: with what the model's answer begins, if we write it; of ``likelihood`` the text whose
            probability is the score.
        answer_end: end of ``answer`` that is cut into tokens on its own; of ``blockrank`` alone.
        separator: before each document and the suffix, part of neither; of ``attention`` alone.
        titled: how a document with a title reads, with ``{title}`` and ``{text}``; empty for a space between.
        round_labels: ``[7]`` in queries and documents reads ``(7)``, so that only labels have such brackets.
        labels: how documents are numbered in the prompt.
        first_number: number of the first document.
        output_validation_regex: an answer must match it as a whole, or counts as of wrong format.
        output_extraction_regex: finds the labels in an answer, one a match.
    """

    method: Method
    source: str = ""
    system_message: str = ""
    chat_template: str = ""
    prefix: str
    prefix_reply: str = ""
    body: str
    body_reply: str = ""
    suffix: str
    answer: str = ""
    answer_end: str = ""
    separator: str = ""
    titled: str = ""
    round_labels: bool = False
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

    @model_validator(mode="after")
    def _turns_are_whole(self) -> Template:
        if self.body_reply and not self.prefix_reply:
            raise ValueError(
                "body_reply needs prefix_reply: the documents would be answered before the task."
            )
        return self

    def safe(self, text: str) -> str:
        """A query or document in which nothing looks like a label, if the template asks for that."""
        return _LABEL.sub(r"(\1)", text) if self.round_labels else text

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
        return without_tilde(name)
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
