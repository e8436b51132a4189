"""Operations of accounts: handing in, one's own submissions, administration."""

from __future__ import annotations

from harness.api.bodies import MULTIPART
from harness.api.endpoints import accounts, administration, submissions
from harness.api.operation import Operation
from harness.api.paging import PAGING
from harness.api.parameter import Parameter
from harness.api.schemas import REGISTRATION, SUBMISSION
from harness.submissions.receipt import OUTCOMES

MEMBERS: tuple[Operation, ...] = (
    Operation(
        name="submit",
        method="POST",
        path="/submissions",
        act=submissions.submit,
        result="Receipt",
        status=201,
        summary="Hand in a run with its card, or an archive of several; a refusal is 422.",
        scope="submit",
        media=MULTIPART,
        body=SUBMISSION,
        heavy=True,
    ),
    Operation(
        name="submissions",
        path="/submissions",
        act=submissions.submissions,
        result="Receipts",
        summary="One's own submissions, newest first.",
        scope="read",
        parameters=(
            Parameter(name="outcome", choices=OUTCOMES, meaning="Only submissions that came out so."),
            *PAGING,
        ),
    ),
    Operation(
        name="submission",
        path="/submissions/{submission}",
        act=submissions.submission,
        result="Receipt",
        summary="What became of a submission.",
        scope="read",
        parameters=(Parameter(name="submission", place="path", meaning="The submission's id."),),
    ),
    Operation(
        name="register",
        method="POST",
        path="/accounts",
        act=accounts.create,
        result="Registration",
        status=201,
        summary="Register an account, where that is switched on; its token is shown once.",
        body=REGISTRATION,
    ),
    Operation(
        name="account",
        path="/account",
        act=accounts.me,
        result="Account",
        summary="The account behind the token.",
        scope="read",
    ),
    Operation(
        name="report",
        path="/admin/report",
        act=administration.admin_report,
        result="Report",
        summary="What waits, what was refused, what is stored, what is whole.",
        scope="admin",
        heavy=True,
    ),
)
