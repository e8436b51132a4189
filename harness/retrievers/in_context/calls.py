"""Asking a model: counted, timed, priced, and never twice, since answers are kept by model and prompt."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

from harness.files import cache_folder
from harness.retrievers.in_context.chat import Choice, Completion, Message, Model

CHOOSING: Final = 2
"""Raised when labels are read from a model in another way, so that answers kept before are not taken."""
_SINCE: ContextVar[float] = ContextVar("answers are taken since", default=0.0)


@contextmanager
def answers_since(moment: float) -> Iterator[None]:
    """Inside the block, models opened ask again what was answered before a POSIX time."""
    token = _SINCE.set(moment)
    try:
        yield
    finally:
        _SINCE.reset(token)


class Calls:
    """A model whose answers are kept in a file of JSON lines and whose work is counted.

    An answer from the file counts with the tokens and seconds that it took when it was made, so that a run
    that a crash has interrupted reports what it has cost altogether.

    Args:
        open_model: loads the model; called when the first answer is not in the file.
        identity: what decides the answers: the model's provenance.
        price_prompt, price_generated: of a million tokens.
        counted: the model can tell how long a prompt is, see :meth:`excess`.
        context: tokens that it is held to, if they are fewer than it could read.
    """

    def __init__(
        self,
        open_model: Callable[[], Model],
        identity: Mapping[str, Any],
        *,
        price_prompt: float = 0.0,
        price_generated: float = 0.0,
        counted: bool = False,
        context: int | None = None,
    ) -> None:
        key = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
        self.path: Path = cache_folder() / "calls" / f"{key}.jsonl"
        self._open, self._counted, self._context = open_model, counted, context
        self._since = _SINCE.get()
        self._model: Model | None = None
        self._prices = (price_prompt, price_generated)
        self._known: dict[str, dict[str, Any]] | None = None
        self._counts: Counter[str] = Counter()
        self._sums = {"model_seconds": 0.0, "cost": 0.0}

    def complete(self, message: Message, most: int) -> Completion:
        """An answer of at most ``most`` tokens."""
        asked = ["complete", *_parts(message), most]
        line = self._kept(asked, lambda model: model.complete(message, most)._asdict())
        self._count(line)
        return Completion(**line["answer"])

    def choose(self, message: Message, labels: Sequence[str]) -> Choice:
        """Scores of labels by the first token of the answer."""
        given = list(labels)
        asked = ["choose", CHOOSING, *_parts(message), given]
        line = self._kept(asked, lambda model: model.choose(message, given)._asdict())
        self._count(line)
        return Choice(**line["answer"])

    def excess(self, message: Message, most: int) -> int:
        """Tokens that prompt and answer have too many for the model; 0 where nobody here can count them."""
        if not self._counted:
            return 0
        asked = ["excess", *_parts(message), most, self._context]
        line = self._kept(asked, lambda model: {"tokens": model.excess(message, most)})
        return int(line["answer"]["tokens"])

    def take_counts(self) -> dict[str, int | float]:
        """What was counted since the last time; ``cost`` only where a price is given."""
        sums = {
            name: round(value, 6) for name, value in self._sums.items() if name != "cost" or any(self._prices)
        }
        counts: dict[str, int | float] = {**self._counts, **sums}
        self._counts, self._sums = Counter(), {"model_seconds": 0.0, "cost": 0.0}
        return counts

    def _kept(self, asked: Sequence[Any], ask: Callable[[Model], dict[str, Any]]) -> dict[str, Any]:
        """The line with an answer; ``kept`` says that it was in the file."""
        key = hashlib.sha256(json.dumps(asked).encode()).hexdigest()
        if self._known is None:
            self._known = _read(self.path, self._since)
        line = self._known.get(key)
        if line is not None:
            return {**line, "kept": True}
        model = self._model = self._model or self._open()
        begun = time.perf_counter()
        line = {"key": key, "answer": ask(model), "time": time.time()}
        line["seconds"] = round(time.perf_counter() - begun, 4)
        self._known[key] = line
        _append(self.path, line)
        return {**line, "kept": False}

    def _count(self, line: Mapping[str, Any]) -> None:
        answer = line["answer"]
        prompt, generated = answer["prompt_tokens"], answer.get("generated_tokens", 1)
        self._counts["calls_from_cache"] += line["kept"]
        self._counts.update({"calls": 1, "prompt_tokens": prompt, "generated_tokens": generated})
        self._sums["model_seconds"] += line["seconds"]
        self._sums["cost"] += (prompt * self._prices[0] + generated * self._prices[1]) / 1e6


def _parts(message: Message) -> list[Any]:
    """What tells prompts apart; a plain one has no more than its three texts."""
    system, user, answer, earlier, form = message
    return [system, user, answer, *([earlier, form] if earlier or form else [])]


def _read(path: Path, since: float) -> dict[str, dict[str, Any]]:
    """The lines of a file by key; one that a crash has cut off, or older than ``since``, is passed over."""
    known: dict[str, dict[str, Any]] = {}
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return known
    for raw in lines:
        try:
            line = json.loads(raw)
            whole = isinstance(line["answer"], dict) and isinstance(line["seconds"], int | float)
            if whole and line.get("time", 0.0) >= since:
                known[line["key"]] = line
        except (ValueError, KeyError, TypeError):
            continue
    return known


def _append(path: Path, line: Mapping[str, Any]) -> None:
    """Add a line in one write, so that writers do not mix; a folder that cannot be written costs a call."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, b"\n" + json.dumps(line).encode())
        finally:
            os.close(handle)
    except OSError:
        pass
