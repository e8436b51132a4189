"""``harness board``: print the leaderboard."""

from __future__ import annotations

import argparse

from harness.cli.output import add_format, print_json, print_table
from harness.leaderboard.board import Board, read_board
from harness.leaderboard.row import Row


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--store",
        metavar="URL",
        help="the store (default: $HARNESS_STORE, else sqlite:///.harness/board.sqlite)",
    )
    parser.add_argument("--dataset", "-d", action="append", help="only this data set, repeatable")
    parser.add_argument(
        "--measure",
        "-m",
        action="append",
        dest="measures",
        help="only this measure, repeatable; the first sorts",
    )
    parser.add_argument("--as-of", metavar="TIME", help="the board as it was at this date or time")
    add_format(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Read and print."""
    from harness.evaluation.measure import parse_measures

    measures = [str(measure) for measure in parse_measures(options.measures)] if options.measures else None
    board = read_board(options.store, dataset=options.dataset, measures=measures, as_of=options.as_of)
    if options.format == "json":
        print_json(board.to_json())
    else:
        print_board(board)
    return 0


def print_board(board: Board) -> None:
    """Print one table a data set."""
    for dataset in board.headlines:
        rows = [row for row in board.rows if row.dataset == dataset]
        names = list(rows[0].measures) if rows else []
        print(f"{dataset} (sorted by {board.headlines[dataset]})")
        print_table(
            ["system", "family", *names, "by tie order", "answered", "tied pairs", "date"],
            [
                [
                    row.system,
                    row.family,
                    *row.measures.values(),
                    tie_span(row, board.headlines[dataset]),
                    f"{row.answered}/{row.judged_queries}",
                    f"{row.tied_share:.2%}",
                    row.created[:10],
                ]
                for row in rows
            ],
        )
        for name, system, missing in board.incomplete:
            if name == dataset:
                print(f"{system} is not averaged, it lacks {', '.join(missing)}")
        for stone in board.tombstones:
            if stone.dataset == dataset:
                print(f"{stone.system} was withdrawn on {stone.withdrawn[:10]}: {stone.reason}")
        print()
    if not board.rows:
        print("The board is empty.")
    print(f"board digest {board.digest}")


def tie_span(row: Row, measure: str) -> str:
    """Lowest to highest mean over all orders of tied documents; empty where the order makes no difference."""
    lowest, _, highest = row.tie_ranges.get(measure, (0.0, 0.0, 0.0))
    return f"{lowest:.4f} to {highest:.4f}" if f"{lowest:.4f}" != f"{highest:.4f}" else ""
