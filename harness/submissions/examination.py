"""Examining one run of a submission: card, data set, validation, scores, duplicates, suspicion."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from harness.datasets.dataset import Dataset
from harness.errors import (
    CommandError,
    DataError,
    HarnessError,
    MissingExtraError,
    RunFileError,
    UnknownNameError,
)
from harness.evaluation.sources import hits_of
from harness.leaderboard.grounds import Grounds
from harness.leaderboard.scoring import Ground, score_run
from harness.runfiles.card import RunCard, RunIdentity
from harness.runfiles.limits import Limits
from harness.runfiles.validation import Validation, validate
from harness.runfiles.writer import run_sha256
from harness.submissions.cardcheck import NO_RUN, read_submitted_card
from harness.submissions.duplicates import Peer, duplicates_of
from harness.submissions.examined import Examined
from harness.submissions.flags import FLAGS, flag, suspicious
from harness.submissions.limits import SubmissionLimits
from harness.submissions.receipt import EntryReport, Finding, broken, finding, from_issues
from harness.submissions.upload import Submitted


class Read(NamedTuple):
    """A run of an upload with its card, if that could be read, and what was found so far."""

    submitted: Submitted
    card: RunCard | None
    findings: tuple[Finding, ...]


def read_entry(submitted: Submitted, moment: str, limits: SubmissionLimits) -> Read:
    """Check the card; the run is not opened yet."""
    card, found = read_submitted_card(submitted.card, submitted.card_name, submitted.dataset, moment, limits)
    return Read(submitted, card, tuple(found))


def validated(entry: Read, grounds: Grounds, limits: Limits) -> tuple[Read, Validation | None]:
    """Check the run file against its data set; the findings are added to those of the card."""
    submitted, card, found = entry
    try:
        data = None
        if card is not None:
            data, wrong = _data_of(card.dataset, submitted, grounds)
            found += wrong
        result = _validate(submitted.run, data, limits)
    except RunFileError as error:
        text = str(error).replace(str(submitted.run), submitted.run_name)
        return entry._replace(findings=(*found, finding("upload-missing", submitted.run_name, text))), None
    found += from_issues(submitted.run_name, result.issues)
    if card is not None and result.run is not None:
        identity = run_sha256(result.run)
        if card.run.sha256 not in (NO_RUN, identity):
            text = f"The card states {card.run.sha256}, the file has {identity} (harness validate prints it)."
            found += (finding("card-hash", submitted.card_name, text, key="run.sha256"),)
        rows, queries = len(result.run), len(result.run.queries)
        size = card.run.bytes
        told = RunIdentity(sha256=identity, rows=rows, queries=queries, bytes=size)
        card = card.model_copy(update={"run": told, "tag": result.run.tag})
    return Read(submitted, card, found), result


def scored(entry: Read, result: Validation, grounds: Grounds) -> tuple[Read, Examined | None]:
    """Score a run that has no errors."""
    card = entry.card
    if card is None or result.run is None or broken(entry.findings):
        return entry, None
    ground = grounds[card.dataset]
    try:
        made = score_run(result.run, result.issues, card, ground, f"{card.dataset}/{card.system}/run.trec.gz")
        run = ground.data.as_scored(result.run)
        hits = hits_of(run, ground.judgments, "double")
    except DataError as error:
        wrong = finding("not-scored", entry.submitted.run_name, str(error))
        return entry._replace(findings=(*entry.findings, wrong)), None
    examined = Examined(card=card, raw=result.run, run=run, entry=made, hits=hits, ground=ground)
    return entry, examined


def report(entry: Read, examined: Examined | None, peers: list[Peer]) -> EntryReport:
    """What is told of a run; scores, duplicates and flags only if it was scored."""
    card = entry.card
    told = EntryReport(
        dataset=(card.dataset if card else entry.submitted.dataset) or "",
        system=card.system if card else "",
        sha256=card.run.sha256 if card and card.run.sha256 != NO_RUN else "",
        findings=entry.findings,
    )
    if examined is None:
        return told
    evaluation = examined.entry.evaluation
    alike = duplicates_of(examined, peers)
    flags = suspicious(examined)
    for twin in alike:
        text = f"{FLAGS[twin.kind].meaning} {twin.system} (similarity {twin.similarity:.4f})."
        flags.append(flag(twin.kind, text))
    return replace(
        told,
        scores=evaluation.means(),
        judged_queries=len(evaluation.queries),
        answered=int(evaluation.answered.sum()),
        duplicates=tuple(alike),
        flags=tuple(flags),
    )


def _data_of(name: str, submitted: Submitted, grounds: Grounds) -> tuple[Ground | None, tuple[Finding, ...]]:
    """The data set of a card; a name that is none, or data that cannot be read, is a finding."""
    try:
        return grounds[name], ()
    except MissingExtraError as error:
        return None, (finding("dataset-unavailable", submitted.card_name, str(error), key="dataset"),)
    except (UnknownNameError, CommandError) as error:
        return None, (finding("dataset-unknown", submitted.card_name, str(error), key="dataset"),)
    except HarnessError as error:
        return None, (finding("dataset-unavailable", submitted.card_name, str(error), key="dataset"),)


def _validate(path: Path, ground: Ground | None, limits: Limits) -> Validation:
    """As ``harness validate``, within limits."""
    if ground is None:
        return validate(path, limits=limits)
    data: Dataset = ground.data
    return validate(
        path,
        queries={query.id for query in data.all_queries},
        documents=lambda: (document.id for document in data.documents()),
        judged=data.qrels.queries.tolist(),
        depth=data.spec.depth,
        drop_self_matches=data.spec.quirks.drop_self_matches,
        limits=limits,
    )
