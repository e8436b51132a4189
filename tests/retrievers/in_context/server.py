"""A real HTTP server on loopback that speaks OpenAI's two interfaces; it fails as it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Server(ThreadingHTTPServer):
    """``failures``: HTTP states for the next requests; ``asked``: path, key and body of the others."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.failures: list[int] = []
        self.asked: list[tuple[str, str | None, dict[str, Any]]] = []
        self.raw: bytes | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.failures:
            self.reply(self.server.failures.pop(0), b"busy, try again")
            return
        self.server.asked.append((self.path, self.headers.get("Authorization"), body))
        self.reply(200, self.server.raw or json.dumps(answer(self.path, body)).encode())

    def reply(self, state: int, data: bytes) -> None:
        self.send_response(state)
        self.send_header("Content-Length", str(len(data)))
        if state == 429:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


def answer(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The second passage first; as a first token B, then A."""
    usage = {"prompt_tokens": 30, "completion_tokens": 9}
    tokens = {" B": -0.1, "A": -2.0, "the": -5.0}
    if path.endswith("/chat/completions"):
        choice: dict[str, Any] = {"message": {"role": "assistant", "content": "[2] > [1] > [3]"}}
        if "top_logprobs" in body:
            top = [{"token": token, "logprob": value} for token, value in tokens.items()]
            choice["logprobs"] = {"content": [{"token": " B", "top_logprobs": top}]}
    else:
        choice = {"text": "[2] > [1] > [3]"}
        if "logprobs" in body:
            choice["logprobs"] = {"top_logprobs": [tokens]}
    return {"choices": [choice], "usage": usage}


@contextmanager
def serving() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
