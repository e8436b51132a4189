"""The card of a submission: the schema of every card, and what a stranger has to say on top of it."""

from __future__ import annotations

import calendar
import difflib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from harness.config import check
from harness.errors import SpecError
from harness.leaderboard.profile import profile_of
from harness.runfiles.card import RunCard
from harness.submissions.limits import SubmissionLimits
from harness.submissions.receipt import Finding, finding, from_problem
from harness.yaml_text import load_yaml

EMBARGO_MONTHS = 9
NAME_BYTES = 200  # file systems take 255 bytes for a name
NO_RUN = "0" * 64
REQUIRED: Mapping[str, str] = {
    "contact": "whom to ask: a mail address or a page",
    "code_licence": "the licence of the code, or 'closed'",
    "input_fields": "the fields of a document that the system saw, for example [title, text]",
    "first_stage": "what retrieves from the whole collection, for example bm25 or dense",
    "pipeline": "the stages in order, each with stage, name and parameters",
    "training_data": "data set to declared, none or unknown; at least for the one submitted to; and under "
    "training_evidence, for each that is declared or none, how one can see that",
}
"""What a card of a submission needs besides what every card needs."""


def read_submitted_card(
    path: Path, shown: str, dataset: str | None, moment: str, limits: SubmissionLimits
) -> tuple[RunCard | None, list[Finding]]:
    """Read and check a card; ``schema_version``, ``dataset``, ``created`` and ``run`` may be left out.

    Args:
        path: the card.
        shown: what it is called in findings.
        dataset: what the submission says it is for, if it does.
        moment: when it was submitted.
        limits: bytes of a card.

    Returns:
        the card, without one if it cannot be used, and all that is wrong with it.
    """
    if path.stat().st_size > limits.card_bytes:
        text = f"It has {path.stat().st_size} bytes; at most {limits.card_bytes} are read."
        return None, [finding("card-too-large", shown, text)]
    try:
        plain = load_yaml(path)
        if not isinstance(plain, dict):
            return None, [finding("card-invalid", shown, "A card is a mapping of fields to values.")]
        card = check(_filled(plain, dataset, moment), RunCard, where=shown)
    except SpecError as error:
        found = [from_problem("card-invalid", shown, problem) for problem in error.problems]
        text = error.headline.replace(str(path), shown)
        return None, found or [finding("card-invalid", shown, text)]
    card = _with_first_stage(card)
    checks = (_about_names(card, shown, dataset), _lacking(card, shown), _embargo(card, shown, moment))
    return card, [*(item for check in checks for item in check), *_left_over(card, shown)]


def _filled(plain: dict[str, Any], dataset: str | None, moment: str) -> dict[str, Any]:
    """The card with what admission knows better than its author."""
    known: dict[str, Any] = {"schema_version": 1, "created": f"{moment[:19]}Z", "run": {"sha256": NO_RUN}}
    if dataset is not None:
        known["dataset"] = dataset
    return known | plain


def _with_first_stage(card: RunCard) -> RunCard:
    """The card with the first stage that its pipeline names, where its author left the field out."""
    named = profile_of(card.model_dump(mode="json")).first_stage
    return card if card.first_stage or not named else card.model_copy(update={"first_stage": named})


def _left_over(card: RunCard, shown: str) -> Iterator[Finding]:
    """Fields that still say what the template says."""
    for name, value in PLACEHOLDERS.items():
        if getattr(card, name) == value:
            text = f"It still has the template's {value!r}; say what holds for your system."
            yield finding("card-placeholder", shown, text, key=name)
    for name, told in card.training_evidence.items():
        if told == EVIDENCE:
            text = f"It still has the template's {told!r}; say how one can see it."
            yield finding("card-placeholder", shown, text, key=f"training_evidence.{name}")


def _about_names(card: RunCard, shown: str, dataset: str | None) -> Iterator[Finding]:
    name = card.system
    if name.startswith(".") or len(name.encode()) > NAME_BYTES:
        text = f"{name!r} starts with a dot or has more than {NAME_BYTES} bytes; it is also a folder's name."
        yield finding("card-name", shown, text, key="system")
    if dataset is not None and card.dataset != dataset:
        text = f"The card names {card.dataset!r}, the submission {dataset!r}."
        yield finding("card-dataset", shown, text, key="dataset")


def _lacking(card: RunCard, shown: str) -> Iterator[Finding]:
    for name, what in REQUIRED.items():
        if not getattr(card, name):
            yield finding("card-incomplete", shown, f"A submission needs it: {what}.", key=name)
    told = card.training_data
    if told and card.dataset not in told:
        near = difflib.get_close_matches(card.dataset, told, n=1, cutoff=0.6)
        hint = f" Is {near[0]!r} meant for it?" if near else ""
        text = f"It does not speak of {card.dataset!r}: declared, none or unknown.{hint}"
        yield finding("card-incomplete", shown, text, key="training_data")
    for name, answer in told.items():
        if answer != "unknown" and name not in card.training_evidence:
            text = f"It is {answer!r}; say how one can see that: a paper, a page, a list of the data."
            yield finding("card-incomplete", shown, text, key=f"training_evidence.{name}")


def _embargo(card: RunCard, shown: str, moment: str) -> Iterator[Finding]:
    if card.anonymous_until is None:
        return
    today = moment[:10]
    last = later(today, EMBARGO_MONTHS)
    if not today < card.anonymous_until <= last:
        text = f"Expected a date after {today} and not after {last}, found {card.anonymous_until}."
        yield finding("card-embargo", shown, text, key="anonymous_until")


def later(day: str, months: int) -> str:
    """The same day some months later, or the last of that month; ISO dates."""
    start = date.fromisoformat(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last)).isoformat()


def card_template() -> str:
    """A card to fill in, every field of a submission with its meaning."""
    return _TEMPLATE


PLACEHOLDERS: Mapping[str, str] = {
    "system": "name-of-the-system",
    "description": "One or two sentences for a reader of the board.",
    "contact": "somebody@example.org",
}
EVIDENCE = "The page or paper that lists the training data."
"""Texts of the template that cannot be true of anybody's system."""

_TEMPLATE = f"""\
# A card for `harness submit`: replace every value; docs/submitting.md explains the fields.
system: {PLACEHOLDERS["system"]}  # its name on the board
dataset: demo  # may be left out where --dataset or the manifest says it
family: dense  # lexical, dense, learned-sparse, late-interaction, re-ranking, fusion, …
description: {PLACEHOLDERS["description"]}
authors: []  # shown beside the system
contact: {PLACEHOLDERS["contact"]}
code_licence: Apache-2.0  # or: closed
licence: Apache-2.0  # of the system or its weights
links: []  # paper, code
input_fields: [title, text]  # of a document, as far as the system saw them
first_stage: dense  # what retrieves from the whole collection
pipeline:
- stage: retrieve
  name: dense
  parameters: {{}}
training_data:  # data set: declared (trained on it), none or unknown
  demo: none
training_evidence:  # how one can see that, for all that are not unknown
  demo: {EVIDENCE}
# anonymous_until: 2026-12-31  # at most nine months ahead; authors, contact and links are shown from then on
"""
