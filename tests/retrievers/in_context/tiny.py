"""A tiny decoder with random weights and a tokenizer of words, for tests of mechanisms."""

from __future__ import annotations

from typing import Any

from harness.retrievers.in_context.decoder import Decoder
from harness.retrievers.neural.language_model import LanguageModel

KINDS = ("Llama", "Mistral", "Qwen2", "Qwen3")


class Words:
    """Every word and mark is a token; numbers of tokens come from a hash of their letters."""

    chat_template = None

    def __call__(self, text: str, **_: Any) -> dict[str, list[int]]:
        words = text.replace("\n", " \n ").replace("[", " [ ").split(" ")
        return {"input_ids": [sum(map(ord, word)) * 7 % 89 + 3 for word in words if word]}

    def decode(self, ids: list[int], **_: Any) -> str:
        return " ".join(map(str, ids))


def model_of(kind: str, **more: Any) -> Any:
    import torch
    import transformers

    sizes = {
        "vocab_size": 97,
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "max_position_embeddings": 65_536,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 2,
    }
    if kind == "Mistral":
        sizes["sliding_window"] = None
    torch.manual_seed(3)
    config = getattr(transformers, f"{kind}Config")(**{**sizes, **more})
    return transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval()


def tiny_decoder(kind: str = "Llama", **more: Any) -> Decoder:
    return Decoder(LanguageModel(model=model_of(kind, **more), tokenizer=Words()))
