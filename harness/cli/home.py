"""The home folder in arguments, where the shell left ``~/`` as it stood."""

from __future__ import annotations

import argparse
import os
import re

_TILDE = re.compile(r"((?:[^=/\s]+=)?(?:sqlite:///)?)~/(.*)", re.DOTALL)


def with_home(options: argparse.Namespace) -> argparse.Namespace:
    """The options with ``~/`` at the beginning of a path written out.

    A shell does so for words that begin with it, but not in ``--out=~/runs``, ``NAME=~/run.trec`` or
    ``sqlite:///~/board.sqlite``: a folder called ``~`` would be made where the command was given.
    """
    return argparse.Namespace(**{name: _written_out(value) for name, value in vars(options).items()})


def _written_out(value: object) -> object:
    if isinstance(value, list):
        return [_written_out(item) for item in value]
    match = _TILDE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    return match[1] + os.path.expanduser(f"~/{match[2]}")  # noqa: PTH111  (does not raise without a home)
