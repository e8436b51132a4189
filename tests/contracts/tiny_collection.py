"""The collection of the contract tests, and the smallest models that read it.

Their weights are drawn with fixed seeds around a value that all words share, so that they count the words in
common, which can be checked, and yet no two contexts give the same score.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from harness.records import Document, Query
from tests.conftest import needs_extra_of
from tests.retrievers.sparse.tiny import SPECIAL, save_bert

DOCUMENTS: Final = [
    Document("d1", "Inverted files", "An inverted file maps each term to the documents that contain it."),
    Document("d10", "", "Term weighting decides how much each term of a document counts."),
    Document("d9", "Stemming", "Stemming conflates forms of a word: document, documents, documented."),
    Document("Ünïcode/№ 7", "Größe", "Größe und Länge eines Dokuments 文書検索 поиск документов"),
    Document("empty", "", ""),
    Document("stop words", "The", "it is of the"),
    Document("twin-a", "", "evaluation of retrieval"),
    Document("twin-b", "", "evaluation of retrieval"),
    Document("twin-c", "", "evaluation of retrieval"),
]
QUERIES: Final = [
    Query("q10", "term document evaluation"),
    Query("q9", "evaluation"),
    Query("Q/é 1", "Größe поиск"),
    Query("empty", ""),
    Query("nothing", "zeppelin"),
    Query("punctuation", "?! -- '"),
]
TOGETHER: Final = Query("q", "inverted files")
BLANK: Final = Query("blank", " ")


def _texts() -> list[str]:
    return [f"{document.title} {document.text}".strip() for document in DOCUMENTS]


def _bert(folder: Path, layers: Callable[[Any], Mapping[str, Any]]) -> dict[str, Any]:
    """A BERT that knows the collection's words, with layers over its states."""
    needs_extra_of("unicoil")
    import torch
    from tokenizers import normalizers, pre_tokenizers

    clean, cut = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    words = {word for text in _texts() for word, _ in cut.pre_tokenize_str(clean.normalize_str(text))}
    torch.manual_seed(7)
    save_bert(folder, sorted(words), layers(torch))
    return {"checkpoint": str(folder)}


def _unicoil(folder: Path) -> dict[str, Any]:
    return _bert(folder, lambda torch: _layer(torch, "tok_proj"))


def _deepimpact(folder: Path) -> dict[str, Any]:
    return _bert(folder, lambda torch: _layer(torch, "impact_score_encoder.0"))


def _layer(torch: Any, name: str) -> dict[str, Any]:
    """About 2 for every word."""
    return {f"{name}.weight": torch.randn(1, 16) / 50, f"{name}.bias": torch.tensor([2.0])}


def _decoder(folder: Path) -> dict[str, Any]:
    """A Mistral that predicts the word it reads, and a little of what stood before."""
    needs_extra_of("splade-decoder")
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import MistralConfig, MistralForCausalLM, PreTrainedTokenizerFast

    words = sorted({word for text in _texts() for word in re.findall(r"\w+|[^\w\s]+", text)})
    raw = Tokenizer(models.WordLevel({word: n for n, word in enumerate([*SPECIAL, *words])}, "[UNK]"))
    raw.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=raw, unk_token="[UNK]").save_pretrained(folder)
    size = len(SPECIAL) + len(words)
    wide = size + size % 2
    torch.manual_seed(7)
    config = MistralConfig(
        vocab_size=size, hidden_size=wide, intermediate_size=8, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=1, head_dim=wide // 2, bos_token_id=None, eos_token_id=None, pad_token_id=0,
        tie_word_embeddings=False,
    )  # fmt: skip
    model = MistralForCausalLM(config).eval()
    with torch.no_grad():
        for weights in (model.model.embed_tokens.weight, model.lm_head.weight):
            weights.copy_(torch.eye(size, wide))
    model.save_pretrained(folder)
    return {"checkpoint": str(folder)}


def _impacts(folder: Path) -> dict[str, Any]:
    """Vectors of word counts, of documents that have a word and of every query."""
    texts = zip(DOCUMENTS, _texts(), strict=True)
    counted = {document.id: vector for document, text in texts if (vector := _counts(text))}
    asked = {query.id: _counts(query.text) for query in [*QUERIES, TOGETHER, BLANK]}
    return {
        "documents": _written(folder / "documents.jsonl", counted.items()),
        "queries": _written(folder / "queries.jsonl", asked.items()),
    }


def _counts(text: str) -> dict[str, int]:
    words = re.findall(r"\w+", text.lower())
    return {word: words.count(word) for word in words}


def _written(path: Path, vectors: Iterable[tuple[str, dict[str, int]]]) -> str:
    lines = (json.dumps({"id": name, "vector": vector}) + "\n" for name, vector in vectors)
    path.write_text("".join(lines), encoding="utf-8")
    return str(path)


MAKERS: Final[Mapping[str, Callable[[Path], dict[str, Any]]]] = {
    "deepimpact": _deepimpact,
    "impacts": _impacts,
    "splade-decoder": _decoder,
    "unicoil": _unicoil,
}
"""Retrievers that need a file: what writes it to an empty folder and gives the parameters."""
