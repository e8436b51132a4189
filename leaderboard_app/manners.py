"""Style and script of every page, from the files beside this one."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def style() -> str:
    """The style that all pages share, as markup."""
    return f"<style>{_read('page.css')}</style>"


@cache
def script() -> str:
    """The script that all pages share, as markup; Streamlit takes a script alone for nothing to show."""
    return f"<span hidden></span><script>{_read('page.js')}</script>"


def _read(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
