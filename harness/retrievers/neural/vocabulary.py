"""The last layer of a masked language model, multiplied by blocks of the vocabulary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from harness.retrievers.neural.products import product

BLOCK: Final = 1024
"""Entries at a time: the logits of 256 tokens then take 1 MB, and are read again before they leave the cache.
BERT-tiny with a vocabulary of 30,522 took 0.45 of the time of whole logits so; 512 to 4,096 do alike."""


class Vocabulary(NamedTuple):
    """The layer from hidden states to logits: ``weight`` [entries, width], ``bias`` [entries] or None."""

    weight: Any
    bias: Any

    def logits(self, states: Any) -> Any:
        """[..., entries] from [..., width]."""
        return product(states, self.weight, self.bias)

    def blocks(self, states: Any) -> Iterator[Any]:
        """The same, at most BLOCK entries at a time."""
        for start in range(0, len(self.weight), BLOCK):
            part = slice(start, start + BLOCK)
            yield product(states, self.weight[part], None if self.bias is None else self.bias[part])


def take_out(model: Any) -> Vocabulary | None:
    """Let a masked language model end before its last layer, which is returned.

    None, and the model stays whole, where its logits are more than what that layer makes.
    """
    import torch

    layer = model.get_output_embeddings()
    if not isinstance(layer, torch.nn.Linear):
        return None
    taken = Vocabulary(layer.weight.detach(), None if layer.bias is None else layer.bias.detach())
    tokens = torch.arange(min(3, len(taken.weight)))[None]
    given = {"input_ids": tokens, "attention_mask": torch.ones_like(tokens)}
    with torch.inference_mode():
        whole = model(**given).logits
        layer.forward = _as_it_is
        states = model(**given).logits
        same = states.shape[-1] == taken.weight.shape[1] and torch.equal(taken.logits(states), whole)
    if not same:
        del layer.forward
    return taken if same else None


def _as_it_is(states: Any) -> Any:
    return states
