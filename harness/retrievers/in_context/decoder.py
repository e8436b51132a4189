"""Any decoder of Hugging Face transformers, with the attention of our choice in every layer.

Everything in a decoder but attention works token by token, so that another attention function makes another
reader of the same weights. It is handed to the model through transformers' own interface for attention
functions, which Llama, Mistral, Qwen and their kin all use.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from harness.errors import UnavailableError
from harness.retrievers.in_context.blocks import Tensor, causal
from harness.retrievers.neural.language_model import LanguageModel

NAME = "retrieval-harness"
MARK = "\x02message\x03"
ROLES = ("user", "assistant")

Attend = Callable[[int, Tensor, Tensor, Tensor, float], Tensor]
"""(layer, query [h, t, d], key [g, T, d], value [g, T, d], scaling) -> [h, t, d]; T includes the cache."""


class ReachedError(Exception):
    """Raised by an attention function to stop the forward pass: what was wanted is known."""


def plain(_layer: int, query: Tensor, key: Tensor, value: Tensor, scaling: float) -> Tensor:
    """Ordinary causal attention."""
    return causal(query, key, value, scaling)


class Decoder:
    """A loaded language model whose attention is given with each call.

    Args:
        loaded: the model and its tokenizer; its attention is replaced for good.
    """

    def __init__(self, loaded: LanguageModel) -> None:
        self.model, self.tokenizer = loaded.model, loaded.tokenizer
        _install(self.model)

    @property
    def layers(self) -> int:
        """Number of layers."""
        return int(self.model.config.num_hidden_layers)

    @property
    def heads(self) -> int:
        """Attention heads of a layer."""
        return int(self.model.config.num_attention_heads)

    @property
    def window(self) -> int:
        """Tokens that the model was made to read at most."""
        return int(getattr(self.model.config, "max_position_embeddings", 0) or 2**31)

    def ids(self, text: str) -> list[int]:
        """Tokens of a text as it stands; none are added around it."""
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def chat(
        self, system: str = "", earlier: Sequence[tuple[str, str]] = (), form: str = ""
    ) -> tuple[str, str]:
        """What stands before a user's message, and between it and the answer.

        A checkpoint without a chat template gets what was said so far, line by line. Where the checkpoint's
        chats have no system, its message begins the first turn. The token with which its tokenizer begins
        every text begins the prompt, once.

        Args:
            system: the system's message; empty for the chat template's own.
            earlier: turns before: what the user said, and the reply.
            form: a chat template that is used instead of the checkpoint's.
        """
        if form or getattr(self.tokenizer, "chat_template", None):
            before, after = self._rendered(system, [*earlier, (MARK, "")], form)
        else:
            said = [text for turn in [(system, ""), *earlier] for text in turn if text]
            before, after = "".join(f"{text}\n" for text in said), "\n"
        begin = getattr(self.tokenizer, "bos_token", None)
        if not begin or before.startswith(begin):
            return before, after
        begins = list(self.tokenizer("")["input_ids"][:1]) == [self.tokenizer.bos_token_id]
        return (begin if begins else "") + before, after

    def _rendered(self, system: str, turns: Sequence[tuple[str, str]], form: str) -> tuple[str, str]:
        from jinja2 import TemplateError

        def rendered(first: Sequence[dict[str, str]], opening: str) -> tuple[str, str]:
            said = [
                (f"{opening}{user}" if not number else user, reply)
                for number, (user, reply) in enumerate(turns)
            ]
            roles = [
                {"role": role, "content": text}
                for turn in said
                for role, text in zip(ROLES, turn, strict=True)
            ]
            more = {"chat_template": form} if form else {}
            text = self.tokenizer.apply_chat_template(
                [*first, *roles[:-1]], tokenize=False, add_generation_prompt=True, **more
            )
            before, _, after = text.partition(MARK)
            return before, after

        if not system:
            return rendered([], "")
        try:
            return rendered([{"role": "system", "content": system}], "")
        except TemplateError:
            return rendered([], f"{system}\n")

    def hidden(
        self,
        ids: Sequence[int],
        attend: Attend,
        *,
        positions: Sequence[int] | None = None,
        cache: Any = None,
        start: int | None = None,
    ) -> Tensor:
        """Last hidden states [t, width] of a sequence, or of what follows a cached one.

        Args:
            ids: tokens.
            attend: called in every layer.
            positions: of the tokens; counted from ``start`` if not given.
            cache: a ``DynamicCache`` of transformers, which is extended.
            start: position of the first token; the length of the cache if not given.

        Raises:
            ReachedError: whenever ``attend`` does.
        """
        import torch

        device = self.model.device
        seen = start if start is not None else cache.get_seq_length() if cache is not None else 0
        where = positions if positions is not None else range(seen, seen + len(ids))
        made = self.model.get_decoder()(
            input_ids=torch.tensor([list(ids)], device=device),
            position_ids=torch.tensor([list(where)], device=device),
            past_key_values=cache,
            use_cache=cache is not None,
            attend=attend,
        )
        return made.last_hidden_state[0]

    def logits(self, hidden: Tensor) -> Tensor:
        """Logits [t, vocabulary] of hidden states, in single precision."""
        return self.model.get_output_embeddings()(hidden).float()

    def new_cache(self) -> Any:
        """An empty cache of keys and values."""
        from transformers import DynamicCache

        return DynamicCache(config=self.model.config)


def _install(model: Any) -> None:
    from transformers import AttentionInterface

    AttentionInterface.register(NAME, _attention)
    try:
        model.set_attn_implementation(NAME)
    except ValueError as error:
        raise UnavailableError(
            f"{type(model).__name__} does not let its attention be replaced, which in-context ranking needs; "
            f"Llama, Mistral, Qwen and their kin do. It said: {error}"
        ) from error


def _attention(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    _mask: Any,
    *,
    attend: Attend,
    scaling: float | None = None,
    softcap: float | None = None,
    sliding_window: int | None = None,
    **_others: Any,
) -> tuple[Tensor, None]:
    """What transformers calls in every layer; the sequence is one of a batch of one."""
    if softcap or (sliding_window and sliding_window < key.shape[2]):
        what = "caps its logits" if softcap else f"sees {sliding_window} tokens back only"
        raise UnavailableError(
            f"The attention of this model {what}; in-context ranking would read it wrongly."
        )
    factor = scaling if scaling is not None else query.shape[-1] ** -0.5
    made = attend(module.layer_idx, query[0], key[0], value[0], factor)
    return made.transpose(0, 1)[None], None
