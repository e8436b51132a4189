"""Tiny checkpoints with fixed seeds, and their tokenizer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.conftest import needs_neural

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
SIZE = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}


def save_tokenizer(folder: Path, words: Sequence[str]) -> Any:
    """A tokenizer of BERT's over the special tokens and these wordpieces."""
    from transformers import BertTokenizerFast

    (folder / "vocab.txt").write_text("\n".join([*SPECIAL, *words]) + "\n")
    tokenizer = BertTokenizerFast(vocab=str(folder / "vocab.txt"))
    tokenizer.save_pretrained(folder)
    return tokenizer


def save_bert(folder: Path, words: Sequence[str], layers: Mapping[str, Any]) -> Any:
    """A BERT with a fixed seed, named ``bert.…`` in its file, and further layers beside it."""
    needs_neural()
    import torch
    from safetensors.torch import save_file
    from transformers import BertConfig, BertModel

    save_tokenizer(folder, words)
    torch.manual_seed(1)
    model = BertModel(BertConfig(vocab_size=len(SPECIAL) + len(words), **SIZE)).eval()
    model.config.save_pretrained(folder)
    state = {f"bert.{name}": value.contiguous() for name, value in model.state_dict().items()}
    save_file({**state, **layers}, folder / "model.safetensors")
    return model
