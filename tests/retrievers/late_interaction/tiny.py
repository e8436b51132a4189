"""ColBERT checkpoints made on the spot, in both layouts: tiny, random, seeded."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

WORDS = ["small", "cat", "dog", "sat", "mat", "rates", "rose", "interest", "##s", "on", "the", "a"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[unused0]", "[unused1]"]
VOCABULARY = [*SPECIAL, *string.punctuation, *WORDS]
NUMBER = {token: number for number, token in enumerate(VOCABULARY)}
SIZE = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}


def bert(folder: Path) -> Any:
    """Write a BERT with a vocabulary of a few words; the model."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY))
    BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder)
    torch.manual_seed(3)
    config = BertConfig(vocab_size=len(VOCABULARY), max_position_embeddings=64, initializer_range=0.4, **SIZE)
    model = BertModel(config).eval()
    model.save_pretrained(folder)
    return model


def modern_bert(folder: Path) -> Any:
    """Write a ModernBERT over bytes, with PyLate's markers as added tokens; the model."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import ModernBertConfig, ModernBertModel, PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters]
    numbers = {name: number for number, name in enumerate(names)}
    core = Tokenizer(models.BPE(vocab=numbers, merges=[], unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, model_max_length=512, pad_token="[PAD]", unk_token="[UNK]",
        cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]",
        model_input_names=["input_ids", "attention_mask"],
    )  # fmt: skip
    tokenizer.add_tokens(["[Q] ", "[D] "])
    tokenizer.save_pretrained(folder)
    torch.manual_seed(3)
    config = ModernBertConfig(
        vocab_size=len(tokenizer), max_position_embeddings=512, initializer_range=0.4, pad_token_id=0,
        bos_token_id=2, eos_token_id=3, cls_token_id=2, sep_token_id=3, **SIZE,
    )  # fmt: skip
    model = ModernBertModel(config).eval()
    model.save_pretrained(folder)
    return model


def original(folder: Path, dimensions: int = 16, **metadata: Any) -> tuple[Any, Any]:
    """The layout of ColBERT's authors; the model and its projection, float32[dimensions, 32]."""
    import torch
    from safetensors.torch import load_file, save_file

    model = bert(folder)
    torch.manual_seed(4)
    projection = torch.randn(dimensions, SIZE["hidden_size"])
    tensors = load_file(folder / "model.safetensors")
    named = {f"bert.{name}": tensor for name, tensor in tensors.items()}
    save_file({**named, "linear.weight": projection}, folder / "model.safetensors", {"format": "pt"})
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "architectures": ["HF_ColBERT"]}))
    told = {"dim": dimensions, "query_maxlen": 12, "doc_maxlen": 10, "mask_punctuation": True, **metadata}
    (folder / "artifact.metadata").write_text(json.dumps(told))
    return model, projection


def dense(folder: Path, sizes: tuple[int, int], *, bias: bool, activation: str, **more: Any) -> Any:
    """A module Dense with random weights; its tensors by name."""
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True)
    told = {
        "in_features": sizes[0],
        "out_features": sizes[1],
        "bias": bias,
        "activation_function": activation,
    }
    (folder / "config.json").write_text(json.dumps({**told, **more}))
    tensors = {"linear.weight": torch.randn(sizes[1], sizes[0])}
    if bias:
        tensors["linear.bias"] = torch.randn(sizes[1])
    if more.get("use_residual") and sizes[0] != sizes[1]:
        tensors["residual.weight"] = torch.randn(sizes[1], sizes[0])
    save_file(tensors, folder / "model.safetensors")
    return tensors


def pylate(folder: Path, *, modern: bool = False, second: bool = False, **settings: Any) -> tuple[Any, ...]:
    """PyLate's layout with one Dense module or two; the model and the tensors of each module."""
    import torch

    model = modern_bert(folder) if modern else bert(folder)
    torch.manual_seed(5)
    linear = "torch.nn.modules.linear.Identity"
    made = [dense(folder / "1_Dense", (32, 24 if second else 16), bias=second, activation=linear)]
    kinds = ["sentence_transformers.models.Transformer", "pylate.models.Dense.Dense"]
    if second:
        tanh = "torch.nn.modules.activation.Tanh"
        made.append(dense(folder / "2_Dense", (24, 16), bias=False, activation=tanh, use_residual=True))
        kinds.append("pylate.models.Dense.Dense")
    listed = [
        {"idx": i, "name": str(i), "path": f"{i}_Dense" if i else "", "type": kind}
        for i, kind in enumerate(kinds)
    ]
    (folder / "modules.json").write_text(json.dumps(listed))
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 63, "do_lower_case": false}')
    told = {
        "model_type": "ColBERT",
        "similarity_fn_name": "MaxSim",
        "prompts": {},
        "default_prompt_name": None,
        "query_prefix": "[Q] " if modern else "[unused0]",
        "document_prefix": "[D] " if modern else "[unused1]",
        "query_length": 12,
        "document_length": 20 if modern else 10,
        "do_query_expansion": True,
        "attend_to_expansion_tokens": False,
        "skiplist_words": list(string.punctuation),
        **settings,
    }
    (folder / "config_sentence_transformers.json").write_text(json.dumps(told))
    return model, *made
