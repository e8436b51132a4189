"""Accounts: adding, listing, changing; and whether strangers may add their own."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from harness.errors import CommandError, RequestError, UnknownNameError
from harness.ledger.moment import utc_now
from harness.submissions.account import Account, check_name, check_role
from harness.submissions.database import transaction
from harness.submissions.settings import read_setting, write_setting
from harness.submissions.tables import accounts

_CONTACT = 200


def add_account(url: str, name: str, *, role: str = "submitter", contact: str = "") -> Account:
    """Add an account; it has no token yet.

    Raises:
        CommandError: the name, role or contact cannot be used, or the name is taken.
    """
    account = Account(check_name(name), check_role(role), _contact(contact), utc_now(), None)
    try:
        with transaction(url) as connection:
            taken = connection.scalar(select(accounts.c.name).where(accounts.c.name == name))
            if taken is None:
                connection.execute(insert(accounts), account._asdict())
    except IntegrityError:
        taken = name
    if taken is not None:
        raise CommandError(f"There is an account {name!r} already.")
    return account


def register(url: str, name: str, contact: str) -> Account:
    """Add an account for a stranger, as a submitter, if that is switched on.

    Raises:
        RequestError: 403 where it is switched off.
        CommandError: the name or contact cannot be used, or the name is taken.
    """
    if not registration_open(url):
        raise RequestError(403, "Registration is switched off here; ask an administrator for an account.")
    if not contact.strip():
        raise CommandError("A contact is needed, for example an address of electronic mail.")
    return add_account(url, name, contact=contact)


def list_accounts(url: str) -> list[Account]:
    """Every account, by name."""
    with transaction(url) as connection:
        found = [Account(**row._mapping) for row in connection.execute(select(accounts))]
    return sorted(found)


def get_account(connection: Connection, name: str) -> Account:
    """One account.

    Raises:
        UnknownNameError: with the nearest names.
    """
    row = connection.execute(select(accounts).where(accounts.c.name == name)).one_or_none()
    if row is None:
        raise UnknownNameError("account", name, connection.scalars(select(accounts.c.name)).all())
    return Account(**row._mapping)


def set_role(url: str, name: str, role: str) -> Account:
    """Give an account another role; its tokens keep only what the new role allows."""
    return _change(url, name, role=check_role(role))


def disable(url: str, name: str) -> Account:
    """Switch an account off: its tokens open nothing until it is enabled again."""
    return _change(url, name, disabled=utc_now())


def enable(url: str, name: str) -> Account:
    """Switch an account on again."""
    return _change(url, name, disabled=None)


def _change(url: str, name: str, **values: str | None) -> Account:
    with transaction(url) as connection:
        get_account(connection, name)
        connection.execute(update(accounts).where(accounts.c.name == name).values(**values))
        return get_account(connection, name)


def registration_open(url: str) -> bool:
    """Whether strangers may add their own account."""
    return read_setting(url, "registration") == "on"


def open_registration(url: str, *, on: bool) -> None:
    """Switch self-registration on or off."""
    write_setting(url, "registration", "on" if on else "off")


def _contact(text: str) -> str:
    if len(text) > _CONTACT or not text.isprintable():
        raise CommandError(f"A contact is one line of at most {_CONTACT} printable characters.")
    return text.strip()
