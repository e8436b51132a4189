"""What an administrator reads."""

from __future__ import annotations

from harness.api.operation import Answer, Call
from harness.errors import RequestError
from harness.submissions.report import report


def admin_report(call: Call) -> Answer:
    """The report of ``harness admin report``."""
    if call.site.record is None:
        raise RequestError(404, "This server was started without the record's folder (harness serve --runs).")
    found = report(call.site.record, store=call.site.store, accounts=call.site.accounts)
    return Answer(body=found.to_json(), private=True)
