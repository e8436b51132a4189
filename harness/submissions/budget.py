"""How many runs an account may hand in on a data set with hidden judgments, within how many days.

The ledger is what is counted, under its lock, so that the bound holds whatever number of processes there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from harness.errors import CommandError
from harness.ledger.event import Event
from harness.ledger.moment import parse_moment
from harness.submissions.policy import Spec, policy_of
from harness.submissions.receipt import Finding
from harness.submissions.settings import read_settings, write_setting

if TYPE_CHECKING:
    from harness.submissions.admission import Gate


class Budget(NamedTuple):
    """So many submissions within so many days; a day is 24 hours, counted back from now."""

    submissions: int
    days: int


DEFAULT = Budget(5, 7)
_KEY = "budget:"
_EVERY = "*"


def set_budget(url: str, budget: Budget, dataset: str | None = None) -> None:
    """Set the budget of a data set, or of all that have none of their own.

    Raises:
        CommandError: fewer submissions than none, or fewer days than one.
    """
    if not (0 <= budget.submissions <= 10_000 and 1 <= budget.days <= 3650):
        raise CommandError(
            "A budget is 0 to 10,000 submissions in 1 to 3650 days; "
            f"found {budget.submissions} in {budget.days}."
        )
    write_setting(url, f"{_KEY}{dataset or _EVERY}", f"{budget.submissions}/{budget.days}")


def budgets(url: str) -> dict[str, Budget]:
    """Data set to budget; ``*`` stands for all others."""
    found = {_EVERY: DEFAULT}
    for name, text in read_settings(url, _KEY).items():
        count, _, days = text.partition("/")
        found[name] = Budget(int(count), int(days))
    return found


def gate(url: str, actor: str, specs: Mapping[str, Spec], *, now: str, dry_run: bool = False) -> Gate:
    """The gate for one submission.

    Args:
        url: of the accounts.
        actor: the account that hands in.
        specs: the catalogue.
        now: the moment, as :func:`~harness.ledger.moment.utc_now` writes it.
        dry_run: nothing would be counted, so that a dry run on hidden judgments would be a free score.
    """
    allowed = {} if dry_run else budgets(url)

    def findings(entries: Sequence[tuple[str, str]], events: tuple[Event, ...]) -> Iterator[Finding]:
        wanted: dict[str, int] = {}
        for dataset, _ in entries:
            if not policy_of(specs.get(dataset)).per_query:
                wanted[dataset] = wanted.get(dataset, 0) + 1
        for dataset, more in sorted(wanted.items()):
            if dry_run:
                yield _finding("hidden-dry-run", _DRY.format(dataset=dataset))
                continue
            budget = allowed.get(dataset, allowed[_EVERY])
            spent = spent_on(events, actor, dataset, since=_before(now, budget.days))
            if spent + more > budget.submissions:
                yield _finding("over-budget", _over(dataset, budget, spent, more))

    return findings


_DRY = (
    "The judgments of {dataset} are hidden, so a dry run here would be a score that no budget counts. "
    "Check the file with harness validate."
)


def spent_on(events: Iterable[Event], actor: str, dataset: str, *, since: str) -> int:
    """How many runs an account has handed in on a data set since a moment."""
    return sum(
        event.kind == "submitted"
        and event.actor == actor
        and event.dataset == dataset
        and event.time >= since
        for event in events
    )


def _over(dataset: str, budget: Budget, spent: int, more: int) -> str:
    return (
        f"An account may hand in {budget.submissions} runs on {dataset} within {budget.days} days; "
        f"{spent} were handed in, this would be {more} more."
    )


def _before(now: str, days: int) -> str:
    moment = datetime.fromisoformat(now).astimezone(UTC) - timedelta(days=days)
    return parse_moment(moment.isoformat())


def _finding(code: str, message: str) -> Finding:
    return Finding(file="", severity="error", code=code, message=message)
