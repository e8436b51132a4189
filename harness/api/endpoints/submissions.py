"""Handing in runs, and what became of them."""

from __future__ import annotations

from typing import Any

from harness.api.operation import PREFIX, Answer, Call, UploadedFile
from harness.api.paging import paged
from harness.errors import Problem, RequestError, UnknownNameError
from harness.submissions.account import Identity
from harness.submissions.disclosure import public_receipt
from harness.submissions.door import Door, take
from harness.submissions.policy import policies, served_catalogue
from harness.submissions.quarantine import read_receipt, receipts
from harness.submissions.receipt import DUPLICATE, HELD, PUBLISHED, Receipt
from harness.submissions.upload import Upload

_STATUS = {PUBLISHED: 201, HELD: 202, DUPLICATE: 200}


def submit(call: Call) -> Answer:
    """Take a run in: check it, score it, publish it, or say everything that stands against it."""
    door, identity = _inside(call)
    receipt = take(
        door,
        _upload(call),
        identity=identity,
        dry_run=call.form.get("dry_run") == "true",
        address=call.address,
    )
    if not receipt.ok and not receipt.dry_run:
        return Answer(body=_told(receipt), status=422, private=True)
    headers = {} if receipt.dry_run else {"Location": f"{PREFIX}/submissions/{receipt.id}"}
    status = 200 if receipt.dry_run else _STATUS.get(receipt.outcome, 200)
    return Answer(body=_told(receipt), status=status, headers=headers, private=True)


def submission(call: Call) -> Answer:
    """What became of one submission; a curator sees everybody's, and all that was found."""
    door, identity = _inside(call)
    name = call.values["submission"]
    try:
        found = read_receipt(door.record, name)
    except UnknownNameError:
        found = None
    if found is None or not (found.actor == identity.account or "curate" in identity.scopes):
        raise RequestError(404, "There is no such submission of yours.")
    return Answer(body=_told(_shown(found, identity)), private=True)


def submissions(call: Call) -> Answer:
    """One's own submissions, newest first; a curator's list has everybody's."""
    door, identity = _inside(call)
    outcome = call.values["outcome"]
    found = [each for each in _visible(door, identity) if outcome in (None, each.outcome)]
    answer = paged(call, "/submissions", found, show=lambda each: _told(_shown(each, identity)))
    return Answer(body=answer.body, headers=answer.headers, private=True)


def _inside(call: Call) -> tuple[Door, Identity]:
    if call.site.door is None or call.identity is None:
        raise RequestError(503, "Nothing can be handed in here: the server was started without a record.")
    return call.site.door, call.identity


def _visible(door: Door, identity: Identity) -> list[Receipt]:
    return receipts(door.record, actor=None if "curate" in identity.scopes else identity.account)


def _shown(receipt: Receipt, identity: Identity) -> Receipt:
    return receipt if "curate" in identity.scopes else public_receipt(receipt, policies(served_catalogue()))


def _told(receipt: Receipt) -> dict[str, Any]:
    return receipt.to_json()


def _upload(call: Call) -> Upload:
    """The upload that the fields describe.

    Raises:
        RequestError: 400 unless there is either an archive, or a run with its card.
    """
    archive, run, card = (_file(call, name) for name in ("archive", "run", "card"))
    dataset = call.form.get("dataset")
    named = dataset if isinstance(dataset, str) else None
    if archive and not run and not card:
        return Upload(path=archive.path, dataset=named, name=archive.name)
    if run and card and not archive:
        return Upload(path=run.path, card=card.path, dataset=named, name=run.name)
    given = [name for name in ("archive", "run", "card") if name in call.form]
    raise RequestError(
        400,
        "A submission is either the field 'archive', or both 'run' and 'card'.",
        [Problem("archive, run, card", f"found: {', '.join(given) or 'none'}.")],
    )


def _file(call: Call, name: str) -> UploadedFile | None:
    found = call.form.get(name)
    return found if isinstance(found, UploadedFile) else None
