"""What a checkpoint's sentence-transformers files say: modules, prompts, lengths, pooling."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness.errors import UnavailableError

LENGTH: Final = 512
MODULES: Final = {"Transformer", "Pooling", "Normalize"}
"""What most checkpoints consist of: the last layer's states, one vector of them, its length."""
PROMPTS: Final = {True: ("query",), False: ("document", "passage", "corpus")}
FLAGS: Final = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
"""How versions of sentence-transformers before 5.4 write the kinds of pooling."""


@dataclass(frozen=True, slots=True)
class SentenceFiles:
    """The files of a folder; those that are absent say nothing.

    Raises:
        UnavailableError: when a file is read that is not JSON.
    """

    folder: Path

    @property
    def modules(self) -> list[str]:
        """The kinds of the modules, in their order; none for a plain transformer."""
        listed = self._read("modules.json") or []
        return [str(each.get("type")).rpartition(".")[2] for each in listed if isinstance(each, dict)]

    @property
    def pooling(self) -> list[str]:
        """The kinds of pooling whose vectors are joined."""
        config = self._config("1_Pooling/config.json")
        named = config.get("pooling_mode", [])
        chosen = [named] if isinstance(named, str) else [str(each) for each in named]
        return chosen + [
            FLAGS.get(name, name) for name in config if name.startswith("pooling_mode_") and config[name]
        ]

    @property
    def pools_prompts(self) -> bool:
        """Whether a prompt's tokens are pooled with the text's."""
        return self._config("1_Pooling/config.json").get("include_prompt") is not False

    @property
    def lower(self) -> bool:
        """Whether texts are put into lower case."""
        return self._config("sentence_bert_config.json").get("do_lower_case") is True

    @property
    def max_length(self) -> int:
        """Tokens that are read of a text."""
        own = self._config("sentence_bert_config.json").get("max_seq_length")
        if own:
            return int(own)
        told = self._config("tokenizer_config.json").get("model_max_length") or LENGTH
        return int(min(told, self._config("config.json").get("max_position_embeddings") or LENGTH))

    def prompt(self, *, query: bool) -> str:
        """What is put before every query, or every document."""
        prompts = self._config("config_sentence_transformers.json").get("prompts") or {}
        return next((str(prompts[name]) for name in PROMPTS[query] if name in prompts), "")

    def reads_documents_as_they_are(self, max_length: int) -> bool:
        """Whether a document's tokens are those of the text, cut at ``max_length``, and then pooled."""
        settings = self._config("config_sentence_transformers.json")
        plain = not (self.lower or self.prompt(query=False) or settings.get("default_prompt_name"))
        known = self.modules[:1] == ["Transformer"] and set(self.modules) <= MODULES
        return known and plain and self.max_length == max_length

    def _config(self, name: str) -> dict[str, Any]:
        read = self._read(name)
        return read if isinstance(read, dict) else {}

    def _read(self, name: str) -> Any:
        path = self.folder / name
        if not path.is_file():
            return None
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise UnavailableError(f"{path} is not JSON: {error}") from error
