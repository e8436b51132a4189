"""``harness submit`` and ``harness ledger`` as a user calls them."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import threading
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml

from harness.cli.main import main
from harness.submissions.receipt import Receipt
from tests.conftest import ROOT
from tests.submissions.making import card, make_data, ranking, run_text, write_pair


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_data(tmp_path / "data")
    monkeypatch.setenv("HARNESS_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HARNESS_STORE", f"sqlite:///{tmp_path / 'board.sqlite'}")
    monkeypatch.delenv("HARNESS_TOKEN", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").mkdir()
    write_pair(tmp_path, 1, "mine")
    return tmp_path


def test_a_run_is_submitted_shown_and_withdrawn(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["submit", "run.trec", "--card", "card.yaml", "--as", "ada"]) == 0
    out = capsys.readouterr().out
    assert "mine on tiny: 12 of 12 queries answered" in out and "published (" in out
    assert main(["submit", "run.trec", "--card", "card.yaml", "--as", "ada"]) == 0
    assert "nothing new" in capsys.readouterr().out
    assert main(["board", "--dataset", "tiny"]) == 0
    assert "mine" in capsys.readouterr().out
    assert main(["ledger", "withdraw", "tiny", "mine", "--reason", "wrong file", "--as", "ada"]) == 0
    assert main(["ledger", "withdraw", "tiny", "mine", "--reason", "again", "--as", "ada"]) == 2
    assert "withdrawn already" in capsys.readouterr().err
    assert main(["rebuild"]) == 0
    assert "1 withdrawn" in capsys.readouterr().out
    assert main(["board"]) == 0
    assert "mine was withdrawn on" in capsys.readouterr().out
    assert main(["ledger", "log", "--system", "mine", "--json"]) == 0
    events = json.loads(capsys.readouterr().out)
    assert [event["kind"] for event in events] == ["submitted", "accepted", "published", "withdrawn"]
    assert main(["board", "--as-of", events[2]["time"], "--format", "json"]) == 0
    assert [row["system"] for row in json.loads(capsys.readouterr().out)["rows"]] == ["mine"]
    assert main(["ledger", "show", "4"]) == 0
    assert json.loads(capsys.readouterr().out)["reason"] == "wrong file"


def test_errors_stand_first_and_warnings_do_not_bury_them(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("run.trec").write_text("q01 Q0 d01 1 NaN mine\n")
    assert main(["submit", "run.trec", "--card", "card.yaml", "--as", "ada"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "NaN" in lines[0]
    assert sum("missing-queries" in line for line in lines) <= 11


def test_verify_names_the_line_that_was_changed(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["submit", "run.trec", "--card", "card.yaml", "--as", "ada"])
    capsys.readouterr()
    assert main(["ledger", "verify"]) == 0
    head = capsys.readouterr().out.split()[-1]
    ledger = place / "runs" / "ledger.jsonl"
    whole = ledger.read_text()
    ledger.write_text(whole.replace('"actor":"harness"', '"actor":"nobody"'))
    assert main(["ledger", "verify"]) == 1
    assert "ledger.jsonl:2" in capsys.readouterr().out
    ledger.write_text("".join(whole.splitlines(keepends=True)[:2]))
    assert main(["ledger", "verify"]) == 0
    assert main(["ledger", "verify", "--head", head]) == 1
    assert main(["ledger", "verify", "--head", "abc"]) == 2
    assert main(["ledger", "verify", "--runs", "nowhere"]) == 2
    assert main(["ledger", "show", "9"]) == 2


def test_a_bad_run_is_refused_with_lines_and_exit_code_1(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "run.trec").write_text("q00 Q0 d01 1 high t\n")
    assert main(["submit", "run.trec", "--card", "card.yaml"]) == 1
    out = capsys.readouterr().out
    assert "run.trec:1: error:" in out and "[text-score]" in out and "refused" in out
    assert main(["submit", "run.trec", "--card", "card.yaml", "--dry-run", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["outcome"] == "would-refuse"
    assert main(["submit"]) == 2
    assert main(["submit", "run.trec", "--card", "card.yaml", "--runs", "nowhere"]) == 2


def test_a_dry_run_needs_no_record(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["submit", "run.trec", "--card", "card.yaml", "--dry-run", "--runs", "nowhere"]) == 0
    told = capsys.readouterr()
    assert "would be published" in told.out and "not compared" in told.err
    assert not (place / "nowhere").exists()


def test_held_submissions_are_listed_and_decided(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["submit", "run.trec", "--card", "card.yaml", "--as", "ada"])
    (place / "run.trec").write_text(run_text(ranking(2)))
    assert main(["submit", "run.trec", "--card", "card.yaml", "--as", "eve"]) == 0
    assert "held" in capsys.readouterr().out
    assert main(["ledger", "held"]) == 0
    out = capsys.readouterr().out
    assert "submitted by eve" in out and "[name-in-use]" in out and "1 submissions wait" in out
    receipt = re.search(r"\((\d{8}T\d{6}-[0-9a-f]{12})\)", out)
    assert receipt is not None
    assert main(["ledger", "accept", receipt[1], "--reason", "fine", "--as", "cleo"]) == 0
    assert main(["ledger", "refuse", receipt[1], "--reason", "no"]) == 2
    assert main(["ledger", "accept", "nosuch", "--reason", "no"]) == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nosuch"], "no file or folder nosuch"),
        (["run.trec", "--card", "nosuch.yaml"], "no card nosuch.yaml"),
        (["run.trec"], "needs its card"),
        (["pipe", "--card", "card.yaml"], "a pipe or a device"),
        (["nosuch", "--server", "http://127.0.0.1:9", "--token", "t"], "no file or folder nosuch"),
    ],
)
def test_a_mistyped_path_is_no_submission(
    place: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    os.mkfifo(place / "pipe")
    assert main(["submit", *arguments]) == 2
    assert told in capsys.readouterr().err
    assert main(["ledger", "log"]) == 0
    assert capsys.readouterr().out.strip() == "No event."


def test_the_template_passes_once_its_placeholders_are_replaced(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["submit", "--template"]) == 0
    template = capsys.readouterr().out.replace("demo", "tiny")
    (place / "card.yaml").write_text(template)
    assert main(["submit", "run.trec", "--card", "card.yaml", "--dry-run"]) == 1
    out = capsys.readouterr().out
    keys = re.findall(r"card\.yaml: error: ([a-z_.]+): .*\[card-placeholder\]", out)
    assert keys == ["system", "description", "contact", "training_evidence.tiny"]
    mine = {"system": "mine", "description": "Random order.", "contact": "ada@example.org"}
    mine["training_evidence"] = {"tiny": "It is random."}
    (place / "card.yaml").write_text(yaml.safe_dump(yaml.safe_load(template) | mine))
    assert main(["submit", "run.trec", "--card", "card.yaml", "--dry-run"]) == 0


def test_a_card_of_harness_run_needs_what_only_its_maker_knows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "runs" / "demo" / "bm25", tmp_path / "out")
    place = tmp_path / "out" / "card.yaml"
    asked = ["submit", str(tmp_path / "out" / "run.trec.gz"), "--card", str(place), "--dry-run"]
    asked += ["--runs", str(tmp_path / "none")]
    assert main(asked) == 1
    found = re.findall(r"error: ([a-z_]+): .*\[card-incomplete\]", capsys.readouterr().out)
    assert found == ["contact", "code_licence", "training_data"]
    mine = "contact: me@example.org\ncode_licence: MIT\ntraining_data: {demo: none}\n"
    mine += "training_evidence: {demo: No parameter was trained.}\n"
    place.write_text(place.read_text() + mine)
    assert main(asked) == 0, capsys.readouterr().out


def test_the_examples_of_the_page_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "runs").mkdir()
    shutil.copy(ROOT / "runs" / "demo" / "bm25" / "run.trec.gz", tmp_path)
    (tmp_path / "card.yaml").write_text(yaml.safe_dump(card("my-system", "demo")))
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "submitting.md").read_text()
    blocks = re.findall(r"```console\n(.*?)```", page, flags=re.S)
    commands = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    assert len(commands) >= 3
    for command in commands:
        assert main(shlex.split(command)[1:]) == 0, capsys.readouterr()
    assert "my-system" in capsys.readouterr().out


ANSWER = Receipt(id="20260101T000000-0123456789ab", outcome="published", actor="ada", time="2026-01-01")


class _Board(BaseHTTPRequestHandler):
    """Keeps the parts of a request and answers as a server would."""

    parts: dict[str, tuple[str | None, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = BytesParser(policy=HTTP).parsebytes(head + body)
        _Board.parts = {
            str(part.get_param("name", header="content-disposition")): (
                part.get_filename(),
                part.get_payload(decode=True),
            )
            for part in message.iter_parts()  # type: ignore[attr-defined]
        }
        good = self.headers["Authorization"] == "Bearer secret" and self.path == "/api/v1/submissions"
        self.send_response(201 if good else 401)
        self.end_headers()
        problem = {"title": "Not allowed", "detail": "The token is unknown."}
        self.wfile.write(json.dumps(ANSWER.to_json() if good else problem).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    board = HTTPServer(("127.0.0.1", 0), _Board)
    thread = threading.Thread(target=board.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{board.server_port}"
    board.shutdown()
    board.server_close()
    thread.join()


def test_a_server_gets_run_card_and_data_set(
    place: Path, server: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["submit", "run.trec", "--card", "card.yaml", "--dataset", "tiny", "--server", server]
    assert main([*words, "--token", "secret", "--dry-run"]) == 0
    assert ANSWER.id in capsys.readouterr().out
    assert _Board.parts["run"] == ("run.trec", (place / "run.trec").read_bytes())
    assert _Board.parts["card"][1] == (place / "card.yaml").read_bytes()
    assert (_Board.parts["dataset"][1], _Board.parts["dry_run"][1]) == (b"tiny", b"true")
    monkeypatch.setenv("HARNESS_TOKEN", "secret")
    assert main(["submit", str(place / "data" / "tiny"), "--server", server]) == 0
    assert _Board.parts["archive"][1].startswith(b"PK")


def test_what_a_server_or_its_address_can_do_wrong(
    place: Path, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["submit", "run.trec", "--card", "card.yaml"]
    assert main([*words, "--server", server]) == 2
    assert "token" in capsys.readouterr().err
    assert main([*words, "--server", server, "--token", "wrong"]) == 2
    assert "The token is unknown." in capsys.readouterr().err
    assert main([*words, "--server", "ftp://x", "--token", "t"]) == 2
    assert main([*words, "--server", "http://127.0.0.1:9", "--token", "t"]) == 2
    assert "does not answer" in capsys.readouterr().err
