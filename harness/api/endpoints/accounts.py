"""Accounts: registering one, and what a token stands for."""

from __future__ import annotations

from harness.api.operation import Answer, Call
from harness.errors import RequestError
from harness.submissions.accounts import register
from harness.submissions.ratelimit import REGISTRATIONS, count_use
from harness.submissions.tokens import issue_token


def create(call: Call) -> Answer:
    """Register, where that is switched on; the token is shown here and never again."""
    if call.site.accounts is None:
        raise RequestError(503, "There are no accounts here.")
    count_use(call.site.accounts, REGISTRATIONS, call.address)
    account = register(call.site.accounts, str(call.form["name"]), str(call.form["contact"]))
    text, token = issue_token(call.site.accounts, account.name, label="registration")
    body = {"account": account.name, "role": account.role, "token": text, "expires": token.expires}
    return Answer(body=body, private=True)


def me(call: Call) -> Answer:
    """The account behind the token."""
    if call.identity is None:
        raise RequestError(401, "A token is needed.")
    who = call.identity
    body = {"account": who.account, "role": who.role, "scopes": sorted(who.scopes)}
    return Answer(body=body, private=True)
