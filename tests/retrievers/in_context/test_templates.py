"""Templates of published checkpoints: what the model reads, letter by letter.

The expected prompts were put together by hand from the repositories that the templates name as their source.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import DatasetError, SpecError
from harness.records import Document, Query
from harness.retrievers.in_context.asking import prompt
from harness.retrievers.in_context.blockrank import BlockRank, BlockRanker
from harness.retrievers.in_context.decoder import Decoder
from harness.retrievers.in_context.icr import AttentionRanker, InContextReranking
from harness.retrievers.in_context.likelihood import LikelihoodRanker, QueryLikelihood
from harness.retrievers.in_context.listwise import Listwise
from harness.retrievers.in_context.local import LocalModel
from harness.retrievers.in_context.models import TransformersModel
from harness.retrievers.in_context.openai_shape import request
from harness.retrievers.in_context.parsing import parse
from harness.retrievers.in_context.template import FOLDER, Method, read_template
from harness.retrievers.in_context.weighted import text_of
from harness.retrievers.neural.language_model import LanguageModel
from tests.retrievers.in_context.bytes_checkpoint import byte_tokenizer, save_checkpoint
from tests.retrievers.in_context.tiny import model_of

QUERY = Query("q", "who won [3]")
DOCUMENTS = [Document("d0", "Cup", "They won [2] games."), Document("d1", "", "Rain again.")]
SYSTEM = (
    "You are RankLLM, an intelligent assistant that can rank passages based on their relevancy to the query"
)
RANK = (
    "Search Query: who won {}.\nRank the 2 passages above based on their relevance to the search query. "
    "All the passages should be included and listed using identifiers, in descending order of relevance. "
    "The output format should be [] > [], e.g., {}, "
)
CONCISE = (
    "Answer concisely and directly and only respond with the ranking results, do not say any word or explain."
)
ONLY = "Only respond with the ranking results, do not say any word or explain."


def announced(how: str, query: str, end: str = "\n") -> str:
    return (
        f"I will provide you with 2 passages, each indicated by {how} identifier []. Rank the passages "
        f"based on their relevance to the search query: who won {query}.{end}"
    )


def numbered(first: str, second: str, rounded: bool = True) -> str:
    games = "(2)" if rounded else "[2]"
    return f"[{first}] Title: Cup Content: They won {games} games.\n[{second}] Rain again.\n"


ZEPHYR = announced("a numerical", "(3)") + numbered("1", "2") + RANK.format("(3)", "[2] > [1]") + CONCISE
READ = {
    ("rank_zephyr", "zephyr"): (
        f"<s><|system|>\n{SYSTEM}</s>\n<|user|>\n{ZEPHYR}</s>\n<|assistant|>\n"
    ),
    ("rank_vicuna", ""): f"<s>{SYSTEM} USER: {ZEPHYR} ASSISTANT:",
    ("first_mistral", "zephyr"): (
        f"<s><|system|>\n{SYSTEM}</s>\n<|user|>\n{announced('an alphabetical', '(3)')}{numbered('A', 'B')}"
        f"{RANK.format('(3)', '[B] > [A]')}{CONCISE}</s>\n<|assistant|>\n["
    ),
    ("first", "zephyr"): (
        f"<s><|system|>\n{SYSTEM}</s>\n<|user|>\n{announced('a alphabetical', '[3]', chr(10) * 2)}"
        f"{numbered('A', 'B', rounded=False)}{RANK.format('[3]', '[B] > [A]')}{ONLY}</s>\n<|assistant|>\n["
    ),
    ("rank_mistral100", "mistral"): (
        f"<s>[INST] {announced('a numerical', '(3)', chr(10) * 2)}{numbered('1', '2')}"
        f"{RANK.format('(3)', '[2] > [1]')}{ONLY} [/INST]"
    ),
    ("llm_rankers_setwise", "mistral"): (
        '<s>[INST] Given a query "who won [3]", which of the following passages is the most relevant one to '
        'the query?\n\nPassage A: "Cup They won [2] games."\n\nPassage B: "Rain again."\n\nOutput only the '
        "passage label of the most relevant passage:[/INST] Passage:"
    ),
    ("llm_rankers_pairwise", "mistral"): (
        '<s>[INST] Given a query "who won [3]", which of the following two passages is more relevant to the '
        'query?\n\nPassage A: "Cup They won [2] games."\n\nPassage B: "Rain again."\n\nOutput Passage A or '
        "Passage B:[/INST] Passage:"
    ),
}  # fmt: skip


def decoder(chat: str, **more: int) -> Decoder:
    sizes = {"vocab_size": 258, "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}
    return Decoder(LanguageModel(model=model_of("Mistral", **sizes, **more), tokenizer=byte_tokenizer(chat)))


def method_of(name: str) -> Method:
    lines = (FOLDER / f"{name}.yaml").read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith("method:"))  # type: ignore[return-value]


@pytest.mark.parametrize(("name", "chat"), READ, ids=lambda value: value or "no chat")
def test_the_prompt_is_the_published_one(name: str, chat: str) -> None:
    template = read_template(name, method_of(name))
    texts = [text_of(document, ("title", "text"), template.titled) for document in DOCUMENTS]
    loaded = decoder(chat)
    ids = LocalModel(loaded)._ids(prompt(template, QUERY, texts))
    assert loaded.tokenizer.decode(ids) == READ[name, chat]
    assert ids.count(0) == 1, "one token begins the text"


def test_rank_gpt_speaks_in_turns() -> None:
    template = read_template("rank_gpt", "listwise")
    texts = [text_of(document, ("title", "text"), template.titled) for document in DOCUMENTS]
    made = prompt(template, QUERY, texts)
    messages = request(made, "gpt", "chat", 9)["messages"]
    roles = ["system", "user", "assistant", "user", "assistant", "user", "assistant", "user"]
    assert [each["role"] for each in messages] == roles
    assert [each["content"] for each in messages[:7]] == [
        "You are RankGPT, an intelligent assistant that can rank passages based on their relevancy to the "
        "query.",
        "I will provide you with 2 passages, each indicated by number identifier [].\n"
        "Rank the passages based on their relevance to query: who won (3).",
        "Okay, please provide the passages.",
        "[1] Title: Cup Content: They won (2) games.",
        "Received passage [1].",
        "[2] Rain again.",
        "Received passage [2].",
    ]
    assert messages[7]["content"].startswith("Search Query: who won (3).\nRank the 2 passages above")
    whole = "\n\n".join(each["content"] for each in messages)
    assert request(made, "gpt", "completions", 9)["prompt"] == f"{whole}\n"
    loaded = decoder("zephyr")
    text = loaded.tokenizer.decode(LocalModel(loaded)._ids(made))
    assert text.count("<|assistant|>") == 4
    assert text.endswith("</s>\n<|assistant|>\n")


def test_blockrank_reads_the_blocks_of_its_checkpoint() -> None:
    loaded, template = decoder("mistral"), read_template("blockrank_mistral", "blockrank")
    made = BlockRanker(BlockRank(layer=1, query_position=9000), loaded, template).prompt(
        "who won", ["Cup", "Rain"]
    )
    a, *_ = starts = made.blocks.starts
    read = loaded.tokenizer.decode
    assert read(made.ids[:a]) == (
        "<s>[INST] You will be given a query and a list of documents. Each document will be formatted as "
        "ID: <id> | CONTENT: <content> | END ID: <id>. You need to read carefully and understand all of them "
        "and your goal is to find all document(s) from the list that can help answer the query.\n"
        "Query: who won\n\nDocuments:"
    )
    assert read(made.ids[starts[0] : starts[1]]) == "\nID: 0 | CONTENT: Cup | END ID: 0"
    assert read(made.ids[starts[2] :]) == (
        "\n\n====== Now let's start! ======\nWhich document is most relevant to answer the query? Print out "
        "the ID "
        "of the document.\nQuery: who won\nThe following document(s) can help answer the query:[/INST] "
        "Final Answer: ["
    )


@pytest.mark.parametrize(
    ("name", "begin", "between", "end"),
    [
        ("icr_mistral_qa", "<s>[INST] ", "\n\n", "[/INST]"),
        ("icr_mistral_search", "<s>[INST] ", "\n\n", "[/INST]"),
        ("icr_llama3_qa", "<s><|start_header_id|>user<|end_header_id|> ", " \n\n",
         "<|eot_id|><|start_header_id|>assistant<|end_header_id|>"),
        ("icr_llama3_search", "<s><|start_header_id|>user<|end_header_id|> ", " \n\n",
         "<|eot_id|><|start_header_id|>assistant<|end_header_id|>"),
    ],
)  # fmt: skip
def test_icr_reads_paragraphs_with_the_best_last(name: str, begin: str, between: str, end: str) -> None:
    ranker = AttentionRanker(
        InContextReranking(), decoder(""), read_template(name, "attention"), {0: [0], 1: [2]}
    )
    read = ranker.decoder.tokenizer.decode
    head, bodies = ranker._context("who won", DOCUMENTS)
    assert read(head) == f"{begin}Here are some paragraphs:"
    assert [read(body) for body in bodies] == ["[1] Cup They won [2] games.", "[2] Rain again."]
    asked = (
        "Please answer the following question based on the information in the paragraphs above."
        if name.endswith("qa")
        else "Please find information that are relevant to the following query in the paragraphs above."
    )
    assert read(ranker._tail("who won", 2)) == f"{asked}{between}Query: who won{end}"
    ranked = ranker.rank(Query("q", "who won"), DOCUMENTS, [2.0, 1.0])
    texts = [begin + "Here are some paragraphs:", "[1] Rain again.", "[2] Cup They won [2] games."]
    tails = [f"{asked}{between}Query: {query}{end}" for query in ("who won", "N/A")]
    length = len(between.join([*texts, ""])) - 2  # <s> is one token of three letters
    assert ranked.counts["prompt_tokens"] == length + sum(map(len, tails))


def test_separators_belong_to_no_document() -> None:
    """Only the tokens of separators get attention here, and no document scores any of it."""
    template = read_template("icr_mistral_qa", "attention")
    seen: list[int] = []

    class Counting(AttentionRanker):
        def _tokens(self, context: list[int], tails: list[list[int]]) -> object:
            import torch

            read = self.decoder.tokenizer.decode
            letters = [read([token]) for token in context]
            seen.append(len(context))
            return torch.tensor([float(letter == "~") for letter in letters])

    marked = template.model_copy(update={"separator": "~~"})
    ranker = Counting(InContextReranking(), decoder(""), marked, {0: [0]})
    assert list(ranker.rank(Query("q", "x"), DOCUMENTS, [2.0, 1.0]).scores) == [0.0, 0.0]
    assert seen


def test_query_likelihood_of_a_base_model_has_no_chat() -> None:
    ranker = LikelihoodRanker(QueryLikelihood(), decoder(""), read_template("llm_qlm", "likelihood"))
    assert ranker.decoder.tokenizer.decode(ranker.prompt("who won", DOCUMENTS[0])) == (
        "<s>Generate a question that is the most relevant to the given article's title and abstract.\n"
        "Title: Cup\nAbstract: They won [2] games.\n\nHere is a generated relevant question: "
    )


def test_a_chat_without_a_system_gets_its_message_in_the_first_turn() -> None:
    before, after = decoder("mistral").chat("Rank well.", [("first", "yes")])
    assert (before, after) == ("<s>[INST] Rank well.\nfirst[/INST] yes</s>[INST] ", "[/INST]")
    before, after = decoder("mistral").chat("Rank well.")
    assert before == "<s>[INST] Rank well.\n"


@pytest.mark.parametrize(
    ("name", "answer", "order", "verdict"),
    [
        ("rank_zephyr", "[2] > [1]", [1, 0], "ok"),
        ("rank_zephyr", "[2] > [1] > [9]", [1, 0], "ok"),
        ("rank_zephyr", "[2]>[1]", [1, 0], "wrong_format"),
        ("rank_gpt", "[2] > [2]", [1, 0], "repetition"),
        ("rank_vicuna", "[2]", [1, 0], "missing_documents"),
        ("rank_mistral100", "The order is [2] > [1]", [1, 0], "wrong_format"),
        ("first", "B] > [A]", [1, 0], "ok"),
        ("first_mistral", "[B] > [A]", [1, 0], "ok"),
    ],
)
def test_answers_are_held_against_the_published_form(
    name: str, answer: str, order: list[int], verdict: str
) -> None:
    assert parse(answer, read_template(name, "listwise"), 2) == (order, verdict)


def test_long_documents_are_cut_until_the_prompt_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """300 words of five documents are 7,500 bytes, beyond the context of 4,096 tokens."""
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    folder = save_checkpoint(tmp_path / "tiny", "Mistral", "zephyr")
    long = [Document(f"d{i}", "", "word " * 400) for i in range(5)]
    model = TransformersModel(checkpoint=str(folder), context=4096)
    ranked = Listwise(model=model, template="rank_zephyr").open().rank(QUERY, long, [0.0] * 5)
    longest = sum(len(str(number)) + 6 for number in range(1, 6))
    assert 2000 < ranked.counts["prompt_tokens"] <= 4096 - longest
    assert ranked.counts["calls"] == 1
    with pytest.raises(DatasetError, match="too long for the model"):
        few = TransformersModel(checkpoint=str(folder), context=500)
        Listwise(model=few, template="rank_zephyr").open().rank(QUERY, long, [0.0] * 5)
    again = Listwise(model=model, template="rank_zephyr").open().rank(QUERY, long, [0.0] * 5)
    assert again.counts["calls_from_cache"] == 1


def test_turns_of_documents_need_a_turn_of_the_task(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text('method: listwise\nprefix: a\nbody: "{document}"\nbody_reply: yes?\nsuffix: c\n')
    with pytest.raises(SpecError, match="prefix_reply"):
        read_template(str(path), "listwise")
