"""``harness accounts``: who may hand in runs, and with which tokens."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from harness.cli.output import add_format, print_json, print_table, say


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, summary: str, act: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        sub = actions.add_parser(name, help=summary, description=summary)
        sub.add_argument(
            "--accounts",
            metavar="URL",
            help="the accounts (default: $HARNESS_ACCOUNTS, else sqlite:///.harness/accounts.sqlite)",
        )
        sub.set_defaults(execute=act)
        return sub

    add = action("add", "add an account", _add)
    add.add_argument("name")
    add.add_argument("--role", default="submitter", help="submitter, curator or administrator")
    add.add_argument("--contact", default="", help="how to reach the owner")
    add_format(action("list", "list the accounts", _list))
    token = action("token", "make a token; it is printed once and never again", _token)
    token.add_argument("name")
    token.add_argument("--scope", action="append", default=[], help="only this scope, repeatable")
    token.add_argument("--label", default="", help="what the owner calls it")
    token.add_argument("--days", type=int, default=365, help="days until it expires (default: 365)")
    token.add_argument("--no-expiry", action="store_true", help="it never expires")
    tokens = action("tokens", "list tokens, without their secrets", _tokens)
    tokens.add_argument("name", nargs="?", help="only those of this account")
    add_format(tokens)
    action("revoke", "make a token worthless", _revoke).add_argument("token", help="its id, or all of it")
    role = action("role", "give an account another role", _role)
    role.add_argument("name")
    role.add_argument("role")
    action("disable", "switch an account off, with all its tokens", _disable).add_argument("name")
    action("enable", "switch an account on again", _enable).add_argument("name")
    action("register-on", "let strangers register as submitters", _register_on)
    action("register-off", "do not let strangers register", _register_off)
    budget = action("budget", "show or set how many runs an account may hand in on hidden judgments", _budget)
    budget.add_argument("submissions", type=int, nargs="?")
    budget.add_argument("--days", type=int, default=7, help="within so many days (default: 7)")
    budget.add_argument("--dataset", help="for this data set; by default for all without one of their own")


def _url(options: argparse.Namespace) -> str:
    from harness.submissions.database import accounts_url

    return accounts_url(options.accounts)


def _add(options: argparse.Namespace) -> int:
    from harness.submissions.accounts import add_account

    account = add_account(_url(options), options.name, role=options.role, contact=options.contact)
    print(
        f"{account.name} has the role {account.role}."
        f" Make a token with: harness accounts token {account.name}"
    )
    return 0


def _list(options: argparse.Namespace) -> int:
    from harness.submissions.accounts import list_accounts, registration_open

    url = _url(options)
    found = list_accounts(url)
    if options.format == "json":
        print_json([account._asdict() for account in found])
        return 0
    print_table(
        ["account", "role", "contact", "created", "disabled"],
        [[a.name, a.role, a.contact, a.created[:10], (a.disabled or "")[:10]] for a in found],
    )
    print(f"\nregistration is {'on' if registration_open(url) else 'off'}")
    return 0


def _token(options: argparse.Namespace) -> int:
    from harness.submissions.tokens import issue_token

    days = None if options.no_expiry else options.days
    text, token = issue_token(
        _url(options), options.name, scopes=tuple(options.scope), label=options.label, days=days
    )
    until = f"until {token.expires[:10]}" if token.expires else "without end"
    say(f"Token {token.id} of {token.account}, good {until}, for: {', '.join(token.scopes)}. Keep it now:")
    print(text)
    return 0


def _tokens(options: argparse.Namespace) -> int:
    from harness.submissions.tokens import list_tokens

    found = list_tokens(_url(options), options.name)
    if options.format == "json":
        print_json([token._asdict() for token in found])
        return 0
    print_table(
        ["token", "account", "scopes", "label", "created", "expires", "revoked"],
        [
            [t.id, t.account, " ".join(t.scopes), t.label]
            + [(when or "")[:10] for when in (t.created, t.expires, t.revoked)]
            for t in found
        ],
    )
    return 0


def _revoke(options: argparse.Namespace) -> int:
    from harness.submissions.tokens import revoke_token

    revoke_token(_url(options), options.token)
    print("revoked")
    return 0


def _role(options: argparse.Namespace) -> int:
    from harness.submissions.accounts import set_role

    account = set_role(_url(options), options.name, options.role)
    print(f"{account.name} has the role {account.role}")
    return 0


def _disable(options: argparse.Namespace) -> int:
    from harness.submissions.accounts import disable

    print(f"{disable(_url(options), options.name).name} is disabled")
    return 0


def _enable(options: argparse.Namespace) -> int:
    from harness.submissions.accounts import enable

    print(f"{enable(_url(options), options.name).name} is enabled")
    return 0


def _register_on(options: argparse.Namespace) -> int:
    return _registration(options, on=True)


def _register_off(options: argparse.Namespace) -> int:
    return _registration(options, on=False)


def _registration(options: argparse.Namespace, *, on: bool) -> int:
    from harness.submissions.accounts import open_registration

    open_registration(_url(options), on=on)
    print(f"registration is {'on' if on else 'off'}")
    return 0


def _budget(options: argparse.Namespace) -> int:
    from harness.submissions.budget import Budget, budgets, set_budget

    url = _url(options)
    if options.submissions is not None:
        set_budget(url, Budget(options.submissions, options.days), options.dataset)
    found = sorted(budgets(url).items())
    print_table(["data set", "submissions", "days"], [[name, *budget] for name, budget in found])
    return 0
