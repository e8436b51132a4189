"""Events of the ledger."""

from __future__ import annotations

from harness.api.operation import Answer, Call
from harness.api.paging import paged
from harness.api.snapshot import current_specs
from harness.errors import RequestError
from harness.leaderboard.anonymity import shown_events
from harness.ledger.ledger import read_events
from harness.ledger.moment import utc_now
from harness.submissions.disclosure import public_events


def ledger(call: Call) -> Answer:
    """What happened to the record, oldest first."""
    if call.site.record is None:
        raise RequestError(404, "This server was started without the record's folder (harness serve --runs).")
    values = call.values
    events = read_events(call.site.record, as_of=values["as_of"])
    specs = current_specs(call.site.snapshots.read().datasets)
    shown = shown_events(public_events(events, specs), utc_now())
    found = [
        event.to_json()
        for event in shown
        if (values["dataset"] is None or event.dataset == values["dataset"])
        and (values["system"] is None or event.system == values["system"])
        and (values["kind"] is None or event.kind == values["kind"])
        and (values["after"] is None or event.number > values["after"])
    ]
    return paged(call, "/ledger", found, {"head": shown[-1].hash if shown else ""})
