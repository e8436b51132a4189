"""``harness card``: show run cards, say what differs between two, exchange them as ir_metadata."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.cli.output import add_format, print_json, say

if TYPE_CHECKING:
    from harness.runfiles.card import RunCard

CARD_HELP = "a card.yaml, or the folder of a record"
FORMAT_HELP = "the format of the file; there is no other"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    show = actions.add_parser("show", help="everything a card states, group by group")
    show.add_argument("card", metavar="CARD", help=CARD_HELP)
    add_format(show)
    show.set_defaults(execute=show_card)
    diff = actions.add_parser("diff", help="what differs: exit code 0 for nothing, 1 for something")
    diff.add_argument("first", metavar="CARD", help=CARD_HELP)
    diff.add_argument("second", metavar="CARD", help="the other one")
    diff.add_argument(
        "--ignore",
        action="append",
        default=[],
        metavar="GROUP",
        help="leave out system, parameters, data, environment, timings or run; repeatable",
    )
    add_format(diff)
    diff.set_defaults(execute=diff_two)
    export = actions.add_parser("export", help="write a card as ir_metadata 0.1")
    export.add_argument("card", metavar="CARD", help=CARD_HELP)
    export.add_argument("--ir-metadata", action="store_true", help=FORMAT_HELP)
    export.add_argument("--out", metavar="FILE", help="the file to write (default: print it)")
    export.set_defaults(execute=export_card)
    _configure_import(actions.add_parser("import", help="make the card of a run from its ir_metadata"))


def _configure_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("metadata", metavar="FILE", help="a YAML file of ir_metadata")
    parser.add_argument("--ir-metadata", action="store_true", help=FORMAT_HELP)
    parser.add_argument("--run", required=True, metavar="RUN", help="the run file that it describes")
    parser.add_argument("--out", required=True, metavar="CARD", help="the card to write")
    parser.add_argument("--system", help="name of the system (default: the tag)")
    parser.add_argument("--dataset", help="name in the catalogue (default: the test collection's name)")
    parser.add_argument("--family", required=True, help="lexical, dense, …")
    parser.add_argument("--description", required=True, help="what the system is, for a reader")
    parser.add_argument("--created", required=True, metavar="TIME", help="such as 2026-01-31T12:00:00Z")
    parser.set_defaults(execute=import_card)


def show_card(options: argparse.Namespace) -> int:
    """Print the facts of a card, or the whole of it as JSON."""
    from harness.runfiles.card_facts import facts

    card = _read(options.card)
    if options.format == "json":
        print_json(card.model_dump(mode="json", exclude_none=True))
        return 0
    found = facts(card)
    width = max(len(fact.key) for fact in found)
    for place, fact in enumerate(found):
        if not place or found[place - 1].group != fact.group:
            print(f"{'' if not place else chr(10)}{fact.group}")
        for number, line in enumerate(_shown(fact.value).splitlines()):
            print(f"  {'' if number else fact.key:{width}}  {line}")
    return 0


def diff_two(options: argparse.Namespace) -> int:
    """Print the differences; as of diff: 0 for none, 1 for some, 2 if a card cannot be read."""
    from harness.cli.named_files import require_files
    from harness.errors import CommandError, DataError
    from harness.runfiles.card_diff import diff_cards

    require_files(options.first, options.second)
    try:
        found = diff_cards(_read(options.first), _read(options.second), ignore=options.ignore)
    except DataError as error:
        raise CommandError(str(error)) from error
    if options.format == "json":
        differences = [each._asdict() for each in found.differences]
        print_json({"same": found.same, "ignored": list(found.ignored), "differences": differences})
        return 0 if found.same else 1
    for group in dict.fromkeys(each.group for each in found.differences):
        print(group)
        for each in found.of(group):
            print(f"  {each.key}\n    - {_one_line(each.first)}\n    + {_one_line(each.second)}")
    if found.same:
        ignored = f"; not compared: {', '.join(found.ignored)}" if found.ignored else ""
        print(f"no differences{ignored}")
    return 0 if found.same else 1


def export_card(options: argparse.Namespace) -> int:
    """Print or write the document; what it cannot hold is said on standard error."""
    import yaml

    from harness.cli.named_files import refuse_overwriting
    from harness.files import atomic_write
    from harness.runfiles.ir_metadata import to_ir_metadata
    from harness.runfiles.ir_metadata_import import losses

    card = _read(options.card)
    refuse_overwriting([options.out], [options.card])
    document = to_ir_metadata(card, _collection(card.dataset))
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    if options.out:
        with atomic_write(Path(options.out)) as stream:
            stream.write(text.encode())
    print(options.out or text.rstrip())
    say(f"ir_metadata cannot hold: {', '.join(losses(card))}")
    return 0


def import_card(options: argparse.Namespace) -> int:
    """Write the card of a run; what it cannot hold of the document is said on standard error."""
    from harness.cli.named_files import refuse_overwriting, require_files
    from harness.config import check
    from harness.runfiles.card import RunCard, write_card
    from harness.runfiles.ir_metadata_import import from_ir_metadata
    from harness.runfiles.reader import read_run
    from harness.runfiles.writer import run_sha256
    from harness.yaml_text import load_yaml

    require_files(options.metadata, options.run)
    refuse_overwriting([options.out], [options.metadata, options.run])
    found = from_ir_metadata(load_yaml(Path(options.metadata)), where=options.metadata)
    run = read_run(Path(options.run))
    given = {
        "schema_version": 1,
        "system": options.system or found.fields.get("tag"),
        "dataset": options.dataset or found.fields.get("dataset"),
        "family": options.family,
        "description": options.description,
        "created": options.created,
        "run": {"sha256": run_sha256(run), "rows": len(run), "queries": len(run.queries)},
    }
    plain = {**found.fields, **{key: value for key, value in given.items() if value is not None}}
    plain["pipeline"] = [stage.model_dump(mode="json") for stage in found.fields.get("pipeline", ())]
    write_card(check(plain, RunCard, where=f"the card from {options.metadata}"), options.out)
    print(options.out)
    if found.dropped:
        say(f"a card cannot hold: {', '.join(found.dropped)}")
    return 0


def _read(text: str) -> RunCard:
    from harness.cli.named_files import require_files
    from harness.runfiles.card import CARD_NAME, read_card

    path = Path(text)
    require_files(path)
    return read_card(path / CARD_NAME if path.is_dir() else path)


def _collection(dataset: str) -> dict[str, str]:
    """What the catalogue adds to the test collection's name, if it has the data set."""
    from harness.datasets.catalogue import load_catalogue

    spec = load_catalogue().get(dataset)
    if spec is None:
        return {}
    found = {"source": spec.homepage} if spec.homepage.startswith("http") else {}
    return found | (
        {"ir_datasets": spec.source.id} if spec.source and spec.source.kind == "ir_datasets" else {}
    )


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "null" if value is None else str(value) or '""'


def _one_line(value: Any) -> str:
    return "(not stated)" if value is None else " ".join(_shown(value).splitlines())
