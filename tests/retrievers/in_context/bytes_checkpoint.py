"""A tiny checkpoint on the disk whose tokens are bytes, so that prompts can be read back by the letter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.retrievers.in_context.tiny import model_of

CHATS = {
    "zephyr": "{% for m in messages %}{{ '<|' + m['role'] + '|>\n' + m['content'] + eos_token + '\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}",
    "mistral": "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'system' %}"
    "{{ raise_exception('no system here') }}{% elif m['role'] == 'user' %}"
    "{{ '[INST] ' + m['content'] + '[/INST]' }}"
    "{% else %}{{ ' ' + m['content'] + eos_token }}{% endif %}{% endfor %}",
    "": None,
}
"""The forms of chats of Zephyr and Mistral-Instruct, and none."""


def byte_tokenizer(chat: str) -> Any:
    """A token for each byte, <s> before every text, as Llama's and Mistral's tokenizers do."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {"<s>": 0, "</s>": 1, **{letter: number + 2 for number, letter in enumerate(alphabet)}}
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(["<s>", "</s>"])
    made.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<s>", eos_token="</s>")
    tokenizer.chat_template = CHATS[chat]
    return tokenizer


def save_checkpoint(folder: Path, kind: str, chat: str, **more: Any) -> Path:
    """A decoder of a kind with random weights, and the tokenizer of bytes."""
    sizes = {"vocab_size": 258, "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}
    model = model_of(kind, **{**sizes, "max_position_embeddings": 32_768, **more})
    model.save_pretrained(folder)
    byte_tokenizer(chat).save_pretrained(folder)
    return folder
