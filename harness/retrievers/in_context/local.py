"""A model of Hugging Face transformers in this process, as one that answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from harness.retrievers.in_context.chat import Choice, Completion, Message
from harness.retrievers.in_context.decoder import Decoder, plain
from harness.retrievers.neural.threads import limited_threads

SEEN: Final = 64
"""Characters at a prompt's end that may decide which tokens a label after it has."""


class LocalModel:
    """Greedy decoding, one token at a time over a cache of keys and values.

    Args:
        decoder: the model.
        context: tokens of prompt and answer at most; what the model was made to read if not given.
    """

    def __init__(self, decoder: Decoder, context: int | None = None) -> None:
        self.decoder = decoder
        self.context = min(context or decoder.window, decoder.window)
        end = decoder.model.generation_config.eos_token_id
        self.ends = set(end) if isinstance(end, list) else {end}

    def complete(self, message: Message, most: int) -> Completion:
        """Write until the end token or ``most`` tokens."""
        import torch

        ids = self._ids(message)
        made: list[int] = []
        with limited_threads(), torch.inference_mode():
            cache = self.decoder.new_cache()
            hidden = self.decoder.hidden(ids, plain, cache=cache)
            while len(made) < most:
                token = int(self.decoder.logits(hidden[-1:]).argmax())
                if token in self.ends:
                    break
                made.append(token)
                if len(made) < most:
                    hidden = self.decoder.hidden([token], plain, cache=cache)
        text = self.decoder.tokenizer.decode(made, skip_special_tokens=True)
        return Completion(str(text), len(ids), len(made))

    def choose(self, message: Message, labels: Sequence[str]) -> Choice:
        """Log-probabilities of the tokens that begin the labels after the prompt, with a blank or without."""
        import torch

        ids = self._ids(message)
        with limited_threads(), torch.inference_mode():
            hidden = self.decoder.hidden(ids, plain)
            values = self.decoder.logits(hidden[-1:])[0].log_softmax(dim=-1)
        end = self._text(message)[-SEEN:]
        spelled = [self._beginnings(end, label) for label in labels]
        return Choice(
            [max(float(values[token]) for token in each) for each in spelled], len(ids), len(labels)
        )

    def excess(self, message: Message, most: int) -> int:
        """Tokens that prompt and answer have beyond ``context``."""
        return max(0, len(self._ids(message)) + most - self.context)

    def _beginnings(self, end: str, label: str) -> set[int]:
        """The tokens that a label after the end of a prompt begins with.

        They are not those of the label alone: sentencepiece's tokenizers put a blank before every text, so
        that "A" alone is another token than the "A" of "[A]". A mere blank, which begins every label, does
        not count.
        """
        before, found = self.decoder.ids(end), set()
        for text in (label, f" {label}"):
            whole = self.decoder.ids(end + text)
            goes_on = len(whole) > len(before) and whole[: len(before)] == before
            token = whole[len(before)] if goes_on else self.decoder.ids(text)[0]
            if str(self.decoder.tokenizer.decode([token])).strip():
                found.add(token)
        return found or {self.decoder.ids(label)[0]}

    def _text(self, message: Message) -> str:
        before, after = self.decoder.chat(message.system, message.earlier, message.form)
        return before + message.user + after + message.answer

    def _ids(self, message: Message) -> list[int]:
        return self.decoder.ids(self._text(message))
