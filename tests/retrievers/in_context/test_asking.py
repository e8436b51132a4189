"""Generating rankers with a model written here: windows, heaps, pairs, consensus, parsing, counting."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import DatasetError, SpecError, UnknownNameError
from harness.records import Document, Query
from harness.retrievers.in_context.asking import Asking, AskingRanker
from harness.retrievers.in_context.calls import Calls
from harness.retrievers.in_context.chat import Choice, Completion, Message
from harness.retrievers.in_context.consensus import kemeny, reciprocal_ranks
from harness.retrievers.in_context.listwise import Listwise, slide
from harness.retrievers.in_context.pairwise import Pairwise, all_pairs, sliding_passes
from harness.retrievers.in_context.parsing import parse
from harness.retrievers.in_context.setwise import Setwise, heap_order
from harness.retrievers.in_context.template import FOLDER, Template, filled, read_template

QUERY = Query("q", "which document has the greatest worth?")


class Reader:
    """A model that reads the worth of each document in its prompt and answers by it, as the prompt asks."""

    def __init__(self) -> None:
        self.asked: list[Message] = []

    def worths(self, message: Message) -> dict[str, int]:
        found = re.findall(r"(?:\[(\w+)\]|Passage (\w):) +worth (\d+)", message.user)
        return {a or b: int(worth) for a, b, worth in found}

    def complete(self, message: Message, most: int) -> Completion:
        self.asked.append(message)
        worths = self.worths(message)
        order = sorted(worths, key=lambda label: -worths[label])
        text = f" {order[0]}" if message.answer == "Passage" else " > ".join(f"[{x}]" for x in order)
        return Completion(text, len(message.user.split()), len(text.split()))

    def excess(self, message: Message, most: int) -> int:
        return 0

    def choose(self, message: Message, labels: Sequence[str]) -> Choice:
        self.asked.append(message)
        worths = self.worths(message)
        return Choice([math.log(worths[label]) for label in labels], 5, len(labels))


def documents(worths: Sequence[int]) -> list[Document]:
    return [Document(f"d{i}", "", f"worth {worth}") for i, worth in enumerate(worths)]


def asking(ranker: AskingRanker, model: Reader, **prices: float) -> Asking:
    calls = Calls(lambda: model, {"test": ranker.method}, **prices)
    return Asking(ranker, calls, read_template(ranker.template, ranker.method))


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))


WORTHS = [3, 9, 1, 7, 5, 8, 2]
BEST_FIRST = [1, 5, 3, 4, 0, 6, 2]


@pytest.mark.parametrize(
    ("ranker", "calls"),
    [
        (Listwise(), 1),
        (Listwise(window=None), 1),
        (Listwise(template="first-token", decoding="first-token"), 1),
        (Listwise(window=3, stride=1, passes=7), 7 * 5),
        (Listwise(window=4, stride=2, passes=6, permutations=3), 3 * 6 * 3),
        (Pairwise(scheme="all"), 7 * 6),
        (Pairwise(passes=7), 2 * (6 + 5 + 4 + 3 + 2 + 1)),
        (Setwise(top=7), None),
        (Setwise(top=7, compared=2, decoding="first-token"), None),
    ],
    ids=str,
)
def test_a_model_that_reads_well_ranks_well(ranker: AskingRanker, calls: int | None) -> None:
    model = Reader()
    ranked = asking(ranker, model).rank(QUERY, documents(WORTHS), [0.0] * 7)
    assert sorted(range(7), key=lambda i: -ranked.scores[i]) == BEST_FIRST
    assert sorted(ranked.scores) == [1, 2, 3, 4, 5, 6, 7]
    assert calls is None or ranked.counts["calls"] == calls
    assert ranked.counts["answers_ok"] == ranked.counts["calls"]
    assert all(QUERY.text in message.user for message in model.asked)


@pytest.mark.parametrize(
    ("n", "window", "stride", "windows"), [(100, 20, 10, 9), (95, 20, 10, 9), (7, 20, 10, 1)]
)
def test_windows_go_from_the_end_to_the_front(n: int, window: int, stride: int, windows: int) -> None:
    """100 documents: [80, 100), [70, 90), …, [0, 20), which are nine; the front is never left out."""
    seen: list[Sequence[int]] = []

    def judge(numbers: Sequence[int]) -> list[int]:
        seen.append(numbers)
        return list(numbers)

    assert slide(range(n), window, stride, 1, judge) == list(range(n))
    assert len(seen) == windows == max(0, math.ceil((n - window) / stride)) + 1
    assert {number for numbers in seen for number in numbers} == set(range(n))
    assert seen[-1][0] == 0


LISTWISE = read_template("listwise", "listwise")


@pytest.mark.parametrize(
    ("answer", "order", "verdict"),
    [
        ("[2] > [3] > [1]", [1, 2, 0], "ok"),
        ("<think>[1] is bad</think>[3] > [1] > [2]", [2, 0, 1], "ok"),
        ("[2] > [3]", [1, 2, 0], "missing_documents"),
        ("[2] > [2] > [1] > [3]", [1, 0, 2], "repetition"),
        ("[2] > [7] > [1] > [3]", [1, 0, 2], "ok"),
        ("２ and ①, then ³", [1, 0, 2], "wrong_format"),
        ("I cannot rank them.", [0, 1, 2], "wrong_format"),
        ("", [0, 1, 2], "wrong_format"),
    ],
)
def test_answers_are_read(answer: str, order: list[int], verdict: str) -> None:
    assert parse(answer, LISTWISE, 3) == (order, verdict)


@given(st.text(max_size=200), st.integers(min_value=1, max_value=30))
def test_any_answer_gives_a_permutation(answer: str, count: int) -> None:
    for name in ("listwise", "first-token"):
        assert sorted(parse(answer, read_template(name, "listwise"), count).order) == list(range(count))


@given(st.permutations(range(8)))
def test_a_written_permutation_is_read_back(order: list[int]) -> None:
    answer = " > ".join(f"[{LISTWISE.label(number)}]" for number in order)
    assert parse(answer, LISTWISE, 8) == (order, "ok")


def test_malformed_answers_are_counted_and_keep_the_order() -> None:
    class Mute(Reader):
        def complete(self, message: Message, most: int) -> Completion:
            return Completion("no", 10, 1)

    ranked = asking(Listwise(), Mute()).rank(QUERY, documents([1, 2, 3]), [3.0, 2.0, 1.0])
    assert list(ranked.scores) == [3, 2, 1]
    assert ranked.counts["malformed_wrong_format"] == 1
    assert ranked.counts["answers_ok"] == 0


def test_answers_are_paid_for_once_and_counted_alike() -> None:
    """Prices of 2 and 4 for a million: the first query's cost is worked from its tokens."""
    model, prices = Reader(), {"price_prompt": 2.0, "price_generated": 4.0}
    first = asking(Listwise(), model, **prices).rank(QUERY, documents(WORTHS), [0.0] * 7)
    again = asking(Listwise(), model, **prices).rank(QUERY, documents(WORTHS), [0.0] * 7)
    assert len(model.asked) == 1
    assert first.scores == again.scores
    assert (first.counts["calls_from_cache"], again.counts["calls_from_cache"]) == (0, 1)
    for name in ("calls", "prompt_tokens", "generated_tokens", "model_seconds", "cost"):
        assert first.counts[name] == again.counts[name]
    expected = (first.counts["prompt_tokens"] * 2 + first.counts["generated_tokens"] * 4) / 1e6
    assert first.counts["cost"] == pytest.approx(expected, abs=1e-6)


def test_a_crash_between_calls_costs_only_the_call() -> None:
    class Fails(Reader):
        def complete(self, message: Message, most: int) -> Completion:
            if len(self.asked) == 3:
                raise RuntimeError
            return super().complete(message, most)

    ranker, model, after = Listwise(window=3, stride=1), Fails(), Reader()
    with pytest.raises(RuntimeError):
        asking(ranker, model).rank(QUERY, documents(WORTHS), [0.0] * 7)
    ranked = asking(ranker, after).rank(QUERY, documents(WORTHS), [0.0] * 7)
    assert (ranked.counts["calls"], ranked.counts["calls_from_cache"], len(after.asked)) == (5, 3, 2)


def disagreement(order: Sequence[int], orders: Sequence[Sequence[int]]) -> int:
    return sum(
        each.index(b) < each.index(a)
        for each in map(list, orders)
        for a, b in itertools.combinations(order, 2)
    )


@given(st.integers(1, 6).flatmap(lambda n: st.lists(st.permutations(range(n)), min_size=1, max_size=5)))
@settings(max_examples=30, deadline=None)
def test_the_kemeny_order_disagrees_least(orders: list[list[int]]) -> None:
    """Held against all n! orders."""
    numbers = range(len(orders[0]))
    least = min(disagreement(each, orders) for each in itertools.permutations(numbers))
    assert disagreement(kemeny(orders), orders) == least


def test_a_consensus_of_many_documents() -> None:
    order = list(range(15))
    noisy = [[*order[:3], order[4], order[3], *order[5:]], order, [1, 0, *order[2:]]]
    assert kemeny(noisy) == order
    assert reciprocal_ranks([[0, 1, 2], [0, 2, 1], [2, 0, 1]]) == [0, 2, 1]


def test_sorting_by_comparisons() -> None:
    worths = [3, 9, 1, 7, 5, 8, 2]

    def best(numbers: Sequence[int]) -> int:
        return max(range(len(numbers)), key=lambda place: worths[numbers[place]])

    assert heap_order(7, 3, 3, best) == [1, 5, 3, 0, 2, 4, 6]
    assert heap_order(1, 3, 10, best) == [0]
    assert sliding_passes(7, 2, best)[:2] == [1, 5]
    assert all_pairs(7, lambda _: 0) == list(range(7)), "a model that always says A decides nothing"


def test_nothing_is_asked_about_places_that_are_not_wanted() -> None:
    asked: list[int] = []

    def first(numbers: Sequence[int]) -> int:
        asked.append(len(numbers))
        return 0

    assert heap_order(5, 3, 1, first) == [0, 1, 2, 3, 4]
    assert asked == [2, 4], "once the heap is made its best is known"


def test_a_first_token_tells_as_many_documents_apart_as_there_are_letters() -> None:
    ranker = Listwise(decoding="first-token", template="first-token", window=None)
    with pytest.raises(DatasetError, match="found 27 documents"):
        asking(ranker, Reader()).rank(QUERY, documents(range(1, 28)), [0.0] * 27)


def test_texts_with_braces_and_marks_stay_as_they_are() -> None:
    assert (
        filled("{query}|{document}|{other}", {"query": "{document}", "document": "x"})
        == "{document}|x|{other}"
    )


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_packaged_templates_show_query_and_document(path: Path) -> None:
    method = next(line.split()[1] for line in path.read_text().splitlines() if line.startswith("method:"))
    template = read_template(path.stem, method)  # type: ignore[arg-type]
    assert any("{query}" in part for part in (template.prefix, template.suffix, template.answer))


def test_labels() -> None:
    letters = Template(method="setwise", prefix="", body="{document}", suffix="", labels="letters")
    assert [letters.label(number) for number in (0, 25, 26, 52)] == ["A", "Z", "AA", "BA"]
    assert (LISTWISE.label(0), read_template("blockrank", "blockrank").label(0)) == ("1", "0")


def test_bad_parameters_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="listwise"):
        Listwise(template="listwize")
    with pytest.raises(SpecError, match="expected listwise, found setwise"):
        Listwise(template="setwise")
    with pytest.raises(SpecError, match="stride: expected less than the window of 5"):
        Listwise(window=5, stride=5)
    with pytest.raises(SpecError, match="labels: letters"):
        Listwise(decoding="first-token")
    with pytest.raises(SpecError, match="window: expected at most 26"):
        Listwise(decoding="first-token", template="first-token", window=27)
    (tmp_path / "mine.yaml").write_text(
        "method: listwise\nprefix: a\nbody: b\nsuffix: c\noutput_extraction_regex: '('\n"
    )
    with pytest.raises(SpecError) as caught:
        Listwise(template=str(tmp_path / "mine.yaml"))
    assert {problem.where for problem in caught.value.problems} == {"body", "output_extraction_regex"}
