"""One line of a pipeline while it is run: the documents as prepared so far, the index, the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.errors import CommandError
from harness.rankings import Run
from harness.retrievers.prepared import Prepared
from harness.retrievers.searchable import Searchable
from harness.retrievers.work import Corpus, StageDone


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of stages so far.

    Attributes:
        corpus: what is indexed: the documents as prepared so far.
        shown: what re-rankers read: the same without what is there for the index alone (expansions).
        whole: ``shown`` before it was cut into passages.
        prepared: the streams of the prepare stages, in order; each counts what goes through it.
        searchable: the retriever with its index; None before it.
        run: None before the retriever.
        key: hash of everything the run depends on.
        passages: whether ``corpus`` holds passages.
        done: the stages.
    """

    corpus: Corpus
    shown: Corpus
    whole: Corpus
    prepared: tuple[Prepared, ...] = ()
    searchable: Searchable | None = None
    run: Run | None = None
    key: str = ""
    passages: bool = False
    done: tuple[StageDone, ...] = ()

    def ranking(self) -> tuple[Run, Searchable]:
        """The run and what was searched for it; a checked pipeline has both after its retriever."""
        if self.run is None or self.searchable is None:
            raise CommandError("The stage needs a run; a retrieve stage must stand before it.")
        return self.run, self.searchable

    def after_preparing(self, prepared: Prepared, done: StageDone) -> Line:
        """The line with one more prepare stage."""
        corpus = Corpus(documents=prepared.documents, key=done.key)
        apart = prepared.preparer.indexed_only or self.shown is not self.corpus
        shown = self.shown if apart else corpus
        passages = self.passages or bool(prepared.preparer.passages)
        return replace(
            self,
            corpus=corpus,
            shown=shown,
            whole=self.whole if passages else shown,
            prepared=(*self.prepared, prepared),
            passages=passages,
            done=(*self.done, done),
        )

    def with_counts(self, counts: Sequence[Mapping[str, Any]], *, cached: bool) -> Line:
        """The line with what went through its prepare stages; they are the first of ``done``."""
        told = [
            replace(
                stage,
                seconds=count["seconds"],
                facts={name: value for name, value in count.items() if name != "seconds"},
                cached=cached,
            )
            for stage, count in zip(self.done, counts, strict=False)
        ]
        return replace(self, done=(*told, *self.done[len(told) :]))
