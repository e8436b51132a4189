"""A model behind a URL, and llama.cpp's server inside this process: both speak OpenAI's interfaces."""

from __future__ import annotations

import http.client
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.errors import CommandError, MissingExtraError, UnavailableError
from harness.retrievers.in_context.chat import Choice, Completion, Message
from harness.retrievers.in_context.openai_shape import PATHS, TOP, Interface, choice_of, completion, request

AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
"""States of HTTP after which the same request may succeed."""

Post = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""From the body of a request to the reply."""


class ServedModel:
    """A model that answers requests of OpenAI's shape, however they are carried."""

    def __init__(self, post: Post, name: str, interface: Interface) -> None:
        self.post, self.name, self.interface = post, name, interface

    def complete(self, message: Message, most: int) -> Completion:
        """Ask for a greedy answer."""
        return completion(self.post(request(message, self.name, self.interface, most)), message)

    def choose(self, message: Message, labels: Sequence[str]) -> Choice:
        """Ask for the alternatives to the answer's first token."""
        return choice_of(self.post(request(message, self.name, self.interface, 1, top=TOP)), labels)

    def excess(self, message: Message, most: int) -> int:
        """0: only the server can count tokens, and it refuses what it cannot read."""
        return 0


def http_post(
    url: str, interface: Interface, *, key_variable: str | None, timeout: float, retries: int
) -> Post:
    """Carry requests to a server, again after a while where that may help.

    Args:
        url: up to and with ``/v1``.
        interface: which of the two interfaces.
        key_variable: environment variable that holds the key; it is read here and kept nowhere else.
        timeout: seconds for one attempt.
        retries: further attempts, after 1, 2, 4, … seconds or what the server asks for.

    Raises:
        CommandError: the variable is not set.
    """
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if key_variable is not None:
        if not os.environ.get(key_variable):
            raise CommandError(f"The environment variable {key_variable} with the key for {url} is not set.")
        headers["Authorization"] = f"Bearer {os.environ[key_variable]}"
    target = url.rstrip("/") + PATHS[interface]

    def post(body: Mapping[str, Any]) -> Mapping[str, Any]:
        data = json.dumps(body).encode()
        for attempt in range(retries + 1):
            told = _attempt(urllib.request.Request(target, data, headers), timeout)
            if isinstance(told, dict):
                return told
            reason, again, wait = told
            if not again or attempt == retries:
                raise UnavailableError(f"{target} gave no answer after {attempt + 1} attempts: {reason}")
            time.sleep(wait if wait is not None else 2.0**attempt)
        raise AssertionError

    return post


def _attempt(
    asked: urllib.request.Request, timeout: float
) -> dict[str, Any] | tuple[str, bool, float | None]:
    """The reply, or why there is none, whether another attempt may help, and the wait that was asked for."""
    try:
        with urllib.request.urlopen(asked, timeout=timeout) as answer:
            reply = json.loads(answer.read())
    except urllib.error.HTTPError as error:
        wait = error.headers.get("Retry-After", "")
        said = error.read(300).decode(errors="replace").strip()
        seconds = min(float(wait), 60.0) if wait.isdigit() else None
        return f"HTTP {error.code} {error.reason} {said}".strip(), error.code in AGAIN, seconds
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__, True, None
    except ValueError as error:
        return f"the reply is not JSON ({error})", False, None
    if not isinstance(reply, dict):
        return "the reply is not a JSON object", False, None
    return reply


def llama_cpp_post(path: Path, context: int, threads: int) -> Post:
    """Load a GGUF file into llama.cpp and carry requests to it without a network.

    Raises:
        MissingExtraError: the package xllamacpp is not installed.
        UnavailableError: llama.cpp cannot load the file.
    """
    try:
        import xllamacpp
    except ModuleNotFoundError as error:
        raise MissingExtraError("The back end llama.cpp", "xllamacpp", "llamacpp") from error
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(path)
    parameters.n_ctx, parameters.n_parallel = context, 1
    parameters.cpuparams.n_threads = threads
    parameters.sampling.temp = 0.0
    parameters.warmup, parameters.verbosity = False, -1
    try:
        server = xllamacpp.Server(parameters)
    except RuntimeError as error:
        raise UnavailableError(f"llama.cpp cannot load {path}: {error}") from error

    def post(body: Mapping[str, Any]) -> Mapping[str, Any]:
        reply: Mapping[str, Any] = server.handle_chat_completions(dict(body))
        if "error" in reply:
            raise UnavailableError(f"llama.cpp gave no answer: {reply['error']}")
        return reply

    return post
