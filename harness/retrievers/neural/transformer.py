"""A transformer that is run over texts in batches, in single precision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Literal, NamedTuple, Protocol

from harness.errors import UnavailableError
from harness.retrievers.neural.products import use_processor_products
from harness.retrievers.neural.vocabulary import Vocabulary, take_out

Head = Literal["base", "masked-lm"]
TOGETHER: Final = 256
"""Tokens of short texts whose logits are made at once, so that the vocabulary is read once for them."""


class Batch(NamedTuple):
    """One batch: ``rows`` of the texts; the next four [texts, tokens(, width)]; ``ids`` are the tokens.

    With a ``vocabulary`` the ``output`` holds the states before that last layer, for the reader to multiply.
    """

    rows: list[int]
    output: Any
    mask: Any
    special: Any
    ids: Any = None
    vocabulary: Vocabulary | None = None

    def logits(self) -> Any:
        """[texts, tokens, entries of the vocabulary] of a masked language model; large."""
        return self.output if self.vocabulary is None else self.vocabulary.logits(self.output)

    def logits_in_blocks(self) -> Iterator[tuple[list[int], Iterator[Any]]]:
        """The logits of tokens that are not padding, consecutive texts together as far as they are short.

        For each group the lengths of its texts and the logits [tokens, entries] of all their tokens, the
        vocabulary in blocks.
        """
        lengths = self.mask.sum(dim=1).tolist()
        for start, stop in _groups(lengths):
            states = self.output[start:stop][self.mask[start:stop]]
            blocks = iter([states]) if self.vocabulary is None else self.vocabulary.blocks(states)
            yield lengths[start:stop], blocks


def _groups(lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Runs of consecutive texts that have at most TOGETHER tokens, or are one text."""
    start = 0
    while start < len(lengths):
        stop = start + 1
        while stop < len(lengths) and sum(lengths[start : stop + 1]) <= TOGETHER:
            stop += 1
        yield start, stop
        start = stop


class Runner(Protocol):
    """Runs a model over texts; ``vocabulary_size`` is that of its tokenizer's vocabulary or greater."""

    @property
    def tokenizer(self) -> Any: ...  # noqa: D102

    @property
    def vocabulary_size(self) -> int: ...  # noqa: D102

    def batches(self, texts: Sequence[str]) -> Iterator[Batch]:
        """The outputs for texts, those of like length together; the first batch has the longest."""
        ...


class Transformer:
    """A tokenizer and a model of a folder, loaded when first used.

    Raises:
        UnavailableError: when it is first used, if the folder cannot be read or lacks a part of the model.

    Args:
        folder: in the form of Hugging Face transformers.
        head: ``base`` for the last hidden states, ``masked-lm`` for logits over the vocabulary, or the
            states from which one layer makes them.
        max_length: tokens of a text that are read, special ones included.
        batch_size: texts at a time.
    """

    def __init__(self, folder: str, *, head: Head, max_length: int, batch_size: int) -> None:
        self._folder, self._head = folder, head
        self._max_length, self._batch_size = max_length, batch_size
        self._loaded: tuple[Any, Any, Vocabulary | None] | None = None

    @property
    def tokenizer(self) -> Any:
        """The checkpoint's tokenizer."""
        return self._load()[0]

    @property
    def vocabulary_size(self) -> int:
        """Entries of the model's vocabulary."""
        return int(self._load()[1].config.vocab_size)

    def _load(self) -> tuple[Any, Any, Vocabulary | None]:
        if self._loaded is None:
            from transformers import AutoModel, AutoModelForMaskedLM, AutoTokenizer

            kind = AutoModelForMaskedLM if self._head == "masked-lm" else AutoModel
            with quiet(), readable(self._folder):
                tokenizer = AutoTokenizer.from_pretrained(self._folder, local_files_only=True)
                model, told = kind.from_pretrained(
                    self._folder, local_files_only=True, output_loading_info=True
                )
            _refuse_invented(self._folder, told["missing_keys"])
            use_processor_products(model.float().eval())
            self._loaded = tokenizer, model, take_out(model) if self._head == "masked-lm" else None
        return self._loaded

    def batches(self, texts: Sequence[str]) -> Iterator[Batch]:
        """Run the model over texts, those of like length together; the first batch has the longest."""
        import torch

        tokenizer, model, vocabulary = self._load()
        for rows, padded, special in tokenized(tokenizer, texts, self._max_length, self._batch_size):
            with torch.inference_mode():
                made = model(**padded)
            mask = padded["attention_mask"].bool()
            output = made.logits if self._head == "masked-lm" else made.last_hidden_state
            yield Batch(rows, output, mask, special, padded["input_ids"], vocabulary)


def tokenized(
    tokenizer: Any, texts: Sequence[str], max_length: int, batch_size: int
) -> Iterator[tuple[list[int], Any, Any]]:
    """Batches of texts of like length, the longest first: their rows, the model's inputs, special tokens."""
    read = tokenizer(list(texts), truncation=True, max_length=max_length, return_special_tokens_mask=True)
    order = sorted(range(len(texts)), key=lambda row: (-len(read["input_ids"][row]), row))
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        padded = tokenizer.pad(
            {name: [values[row] for row in rows] for name, values in read.items()}, return_tensors="pt"
        )
        special = padded.pop("special_tokens_mask").bool()
        yield rows, padded, special


def _refuse_invented(folder: str, absent: Iterable[str]) -> None:
    """Refuse a model of which a part would start at random; the pooler is never used."""
    invented = sorted(name for name in absent if "pooler" not in name)
    if invented:
        raise UnavailableError(
            f"The checkpoint in {folder} has no weights for {len(invented)} parts of the model, such as "
            f"{invented[0]}; they would be random. The retriever splade needs a masked language model, "
            "maxsim an encoder."
        )


@contextmanager
def readable(folder: str) -> Iterator[None]:
    """Turn what the libraries raise for a folder that holds no checkpoint into our error.

    Raises:
        UnavailableError: with what they said.
    """
    try:
        yield
    except (OSError, ValueError, KeyError, ImportError) as error:
        first = str(error).strip().partition("\n")[0]
        raise UnavailableError(f"The checkpoint in {folder} cannot be read: {first}") from error


@contextmanager
def quiet() -> Iterator[None]:
    """Load a model without progress bars and reports; errors still come."""
    from transformers.utils import logging

    level = logging.get_verbosity()
    bars = logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
