"""Documents cut into overlapping windows of words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from harness.errors import Problem, SpecError
from harness.records import Document
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.stages import PASSAGE_MARK

PositiveInt = Annotated[int, Field(ge=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """Each document becomes windows of its text; every window carries the document's title.

    Z. Dai, J. Callan, "Deeper Text Understanding for IR with Contextual Neural Language Modeling",
    SIGIR 2019, section 3: 150 words, a new window every 75, the title put before each. Words are what white
    space separates. A document without text is one passage, of its title.

    Attributes:
        words: in a window; the last window of a document may have fewer.
        stride: words from the start of one window to that of the next; at most ``words``.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    summary: ClassVar[str] = "Overlapping windows of words, each with the document's title."
    passages: ClassVar[bool] = True
    indexed_only: ClassVar[bool] = False

    words: PositiveInt = 150
    stride: PositiveInt = 75

    def __post_init__(self) -> None:
        check_parameters(self)
        if self.stride > self.words:
            message = f"a stride of {self.stride} passes over words between windows of {self.words}."
            raise SpecError("The windows leave out text:", [Problem("stride", message)])

    def prepare(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Cut each document."""
        for document in documents:
            for number, text in enumerate(windows(document.text, self.words, self.stride)):
                yield Document(f"{document.id}{PASSAGE_MARK}{number}", document.title, text)


def windows(text: str, words: int, stride: int) -> Iterator[str]:
    """The windows of a text; at least one. The last is the first that reaches the text's end."""
    split = text.split()
    if len(split) <= words:
        yield text
        return
    for start in range(0, len(split), stride):
        yield " ".join(split[start : start + words])
        if start + words >= len(split):
            return
