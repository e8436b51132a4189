"""What a generating ranker asks of a model, and what it gets back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Message(NamedTuple):
    """A prompt.

    Attributes:
        system: the system's message; empty for none.
        user: the user's message.
        answer: with what the answer begins; the model goes on from there.
        earlier: turns before: what the user said, and the reply.
        form: Jinja that puts the chat together in this process; empty for the model's own.
    """

    system: str
    user: str
    answer: str
    earlier: tuple[tuple[str, str], ...] = ()
    form: str = ""


class Completion(NamedTuple):
    """What a model wrote after the beginning of the answer, with its tokens."""

    text: str
    prompt_tokens: int
    generated_tokens: int


class Choice(NamedTuple):
    """How much a model wants each label next: log-probabilities, or any order-preserving scores.

    Attributes:
        scores: one for each label; equal lowest ones for labels that the model did not name.
        prompt_tokens: of the prompt.
        named: labels that the model named.
    """

    scores: Sequence[float]
    prompt_tokens: int
    named: int


class Model(Protocol):
    """A language model that answers; greedy, so that the same prompt has the same answer."""

    def complete(self, message: Message, most: int) -> Completion:
        """Let the model write at most ``most`` tokens.

        Raises:
            UnavailableError: the model cannot be reached, or refuses.
        """
        ...

    def choose(self, message: Message, labels: Sequence[str]) -> Choice:
        """Compare labels by the model's first token after the beginning of the answer.

        Raises:
            UnavailableError: the model cannot be reached, or refuses.
        """
        ...

    def excess(self, message: Message, most: int) -> int:
        """Tokens that prompt and answer have too many; 0 also where nobody here can count them."""
        ...
