"""Requests and replies in the shape of OpenAI's two interfaces, which most servers of models speak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from harness.errors import UnavailableError
from harness.retrievers.in_context.chat import Choice, Completion, Message

Interface = Literal["chat", "completions"]
PATHS: Mapping[Interface, str] = {"chat": "/chat/completions", "completions": "/completions"}
TOP = 20
"""Alternatives asked for in place of a first token; no server of the kind gives more."""


def request(message: Message, model: str, interface: Interface, most: int, *, top: int = 0) -> dict[str, Any]:
    """The body of a request; ``top`` alternatives are asked for in place of the first token."""
    body: dict[str, Any] = {"model": model, "max_tokens": most, "temperature": 0, "seed": 0}
    if interface == "completions":
        said = (message.system, *(text for turn in message.earlier for text in turn), message.user)
        body["prompt"] = "\n\n".join(part for part in said if part)
        body["prompt"] += f"\n{message.answer}"
        return body | ({"logprobs": top} if top else {})
    roles = [("system", message.system)]
    roles += [pair for turn in message.earlier for pair in zip(("user", "assistant"), turn, strict=True)]
    roles += [("user", message.user), ("assistant", message.answer)]
    body["messages"] = [{"role": role, "content": text} for role, text in roles if text]
    return body | ({"logprobs": True, "top_logprobs": top} if top else {})


def completion(reply: Mapping[str, Any], message: Message) -> Completion:
    """The text of a reply; servers that repeat the answer's beginning have it removed.

    Raises:
        UnavailableError: the reply has another shape.
    """
    choice = _choice(reply)
    text = choice["message"]["content"] if "message" in choice else choice.get("text")
    used = reply.get("usage") or {}
    text = str(text or "")
    if message.answer:
        text = text.removeprefix(message.answer)
    return Completion(text, int(used.get("prompt_tokens", 0)), int(used.get("completion_tokens", 0)))


def choice_of(reply: Mapping[str, Any], labels: Sequence[str]) -> Choice:
    """The labels by the alternatives to the first token; a label that none begins is below all.

    Raises:
        UnavailableError: the server gave no alternatives.
    """
    given = _choice(reply).get("logprobs") or {}
    if given.get("content"):
        pairs = [(item["token"], item["logprob"]) for item in given["content"][0]["top_logprobs"]]
    else:
        pairs = list(((given.get("top_logprobs") or [{}])[0]).items())
    if not pairs:
        raise UnavailableError(
            "The server gave no log-probabilities (logprobs), which ranking by first tokens needs; use "
            "`decoding: generate`."
        )
    best: dict[str, float] = {}
    for token, value in pairs:
        name = token.strip()
        best[name] = max(best.get(name, float("-inf")), float(value))
    floor = min(value for _, value in pairs) - 1.0
    used = reply.get("usage") or {}
    named = sum(label in best for label in labels)
    return Choice([best.get(label, floor) for label in labels], int(used.get("prompt_tokens", 0)), named)


def _choice(reply: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = reply["choices"][0]
    except (KeyError, IndexError, TypeError) as error:
        raise UnavailableError(f"The server's reply holds no choices: {str(reply)[:200]}") from error
    return found
