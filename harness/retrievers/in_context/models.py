"""Which model a generating ranker asks: the parameter ``model`` of its YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field

from harness.errors import Problem, SpecError
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.in_context.chat import Model
from harness.retrievers.in_context.decoder import Decoder
from harness.retrievers.in_context.endpoint import ServedModel, http_post, llama_cpp_post
from harness.retrievers.in_context.local import LocalModel
from harness.retrievers.in_context.openai_shape import Interface
from harness.retrievers.neural.checkpoint import check_checkpoint
from harness.retrievers.neural.language_model import (
    SMOLLM2,
    Precision,
    load_model,
    locate_model,
    model_provenance,
)
from harness.retrievers.neural.retriever import PositiveInt
from harness.retrievers.neural.threads import thread_count

Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformersModel:
    """A checkpoint that Hugging Face transformers runs here.

    Attributes:
        context: tokens of prompt and answer at most; None for what the checkpoint was made to read.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS

    backend: Literal["transformers"] = "transformers"
    checkpoint: str = SMOLLM2
    revision: str | None = None
    precision: Precision = "float32"
    context: PositiveInt | None = None

    def __post_init__(self) -> None:
        check_parameters(self)
        check_checkpoint(self.checkpoint, self.revision)

    def provenance(self) -> Mapping[str, str]:
        """The checkpoint, and its commit or the hash of its content."""
        return model_provenance(self.checkpoint, self.revision)

    def open(self) -> Model:
        """Load it."""
        decoder = Decoder(load_model(self.checkpoint, self.revision, self.precision))
        return LocalModel(decoder, self.context)


@dataclass(frozen=True, slots=True, kw_only=True)
class LlamaCppModel:
    """A GGUF file that llama.cpp runs here, through the package xllamacpp.

    Attributes:
        context: tokens of prompt and answer.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS

    backend: Literal["llama.cpp"]
    checkpoint: str = SMOLLM2
    context: PositiveInt = 4096

    def __post_init__(self) -> None:
        check_parameters(self)
        check_checkpoint(self.checkpoint, None)
        if not self.checkpoint.endswith(".gguf"):
            message = f"llama.cpp reads .gguf files, found {self.checkpoint!r}."
            raise SpecError("The checkpoint has another form:", [Problem("checkpoint", message)])

    def provenance(self) -> Mapping[str, str]:
        """The file and the hash of its content."""
        return model_provenance(self.checkpoint, None)

    def open(self) -> Model:
        """Load it."""
        path = locate_model(self.checkpoint, None)
        return ServedModel(llama_cpp_post(path, self.context, thread_count()), path.name, "chat")


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointModel:
    """A model behind a URL that speaks OpenAI's interface: vLLM, SGLang, llama.cpp's server, paid services.

    Attributes:
        url: up to and with ``/v1``.
        model: its name there.
        interface: ``chat``, or ``completions`` for a model without a chat template.
        key_variable: name of the environment variable with the key; neither card nor cache sees the key.
        timeout: seconds for one attempt.
        retries: further attempts after a refusal that may pass.
        price_prompt, price_generated: of a million tokens, in any currency.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS

    backend: Literal["endpoint"]
    url: str
    model: str
    interface: Interface = "chat"
    key_variable: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    timeout: Annotated[float, Field(gt=0, le=3600)] = 60.0
    retries: Annotated[int, Field(ge=0, le=20)] = 4
    price_prompt: Price = 0.0
    price_generated: Price = 0.0

    def __post_init__(self) -> None:
        check_parameters(self)
        if not _is_address(self.url):
            message = (
                "expected http(s)://HOST[:PORT]/v1 without a user, password or question mark (the key goes "
                "into the environment variable that key_variable names)."
            )
            raise SpecError("The endpoint's address is malformed:", [Problem("url", message)])

    def provenance(self) -> Mapping[str, str]:
        """The model's name and where it is served; nobody can say which weights those are."""
        return {"checkpoint": self.model, "revision": f"served at {self.url}"}

    def open(self) -> Model:
        """Read the key; nothing is asked yet."""
        post = http_post(
            self.url,
            self.interface,
            key_variable=self.key_variable,
            timeout=self.timeout,
            retries=self.retries,
        )
        return ServedModel(post, self.model, self.interface)


def _is_address(url: str) -> bool:
    """Whether a URL has what an endpoint needs, and nothing that must not be written into a card."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises if it is no number
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not (parts.username or parts.query)


AnyModel = Annotated[TransformersModel | LlamaCppModel | EndpointModel, Field(discriminator="backend")]
