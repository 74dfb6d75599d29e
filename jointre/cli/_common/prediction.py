"""One prediction of the command line: its input, its output, and the work between them."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal

from jointre.cli._common.output import log
from jointre.cli._common.pipes import OpenPipe, groups
from jointre.cli._common.progress import bar
from jointre.cli._common.resume import begin, finish, require_same, settings_of
from jointre.cli._common.sources import STDIN, is_text, open_pipe, read, total_of
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.text_parts import SplitBy
from jointre.errors import DataError
from jointre.inference import Predictor
from jointre.inference.outputs import (
    explained_interruption,
    pictured,
    refuse_partial,
    show,
    whole_records,
    write,
)
from jointre.plurals import counted

BUFFER = 64  # largest number of documents that are predicted together


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What is read and what is written.

    Args:
        sources: Files, or ``STDIN``.
        format: Format of all files; None: it is detected.
        split_by: What becomes a document of a text; None: the file.
        entities: Whether entities are predicted, or given in the records.
        reader_options: Options of the readers.
        output: File to write; None: standard output.
        render: HTML page to draw; None: no page.
        colors: Colours of labels on the page.
        resume: Whether an interrupted output is continued.

    Raises:
        DataError: Two options contradict each other, or the output is unfinished and not resumed.
    """

    sources: Sequence[Path]
    format: str | None
    split_by: SplitBy | None
    entities: Literal["predict", "given"]
    reader_options: Mapping[str, Any]
    output: Path | None
    render: Path | None
    colors: Mapping[str, str]
    resume: bool

    def __post_init__(self) -> None:
        self._check_input()
        self._check_page()
        if self.resume:
            self._check_resume()
        elif self.output is not None:
            refuse_partial(self.output, self.resumable)

    @property
    def resumable(self) -> bool:
        """Whether the prediction can be continued after an interruption."""
        return self.render is None and STDIN not in self.sources

    def _check_input(self) -> None:
        existing = [path for path in self.sources if path == STDIN or path.exists()]
        texts = [path for path in existing if is_text(path, self.format)]
        if self.entities == "given" and texts:
            raise DataError(
                "--entities given needs records with entities, for example jsonl, not texts"
            )
        if self.format is not None and STDIN in self.sources:
            raise DataError(f"--format {self.format}: standard input is read as text; name a file")
        if self.split_by and existing and not texts:
            raise DataError(
                f"--documents {self.split_by}: is for texts; records are documents already"
            )

    def _check_page(self) -> None:
        if self.render is not None and self.render.suffix.lower() != ".html":
            raise DataError(
                f"--render {self.render}: the pictures are a page; its name ends in .html"
            )
        if self.colors and self.render is None:
            raise DataError("--colors needs --render: only pictures have colours")

    def _check_resume(self) -> None:
        if self.output is None:
            raise DataError("--resume needs --output: standard output cannot be continued")
        if self.render is not None:
            raise DataError(
                "--resume and --render are mutually exclusive: a page is drawn in one go"
            )
        if STDIN in self.sources:
            raise DataError("--resume needs files: standard input cannot be read again")

    def run(self, predictor: Predictor, options: Mapping[str, Any], *, readable: bool) -> None:
        """Predict the documents of all sources and write them.

        Args:
            predictor: The model, with its settings.
            options: Further options of the command that determine the output.
            readable: Print text for people instead of records.

        Raises:
            DataError: A file could not be read completely, or the interrupted output does not
                belong to this prediction.
        """
        pipe = open_pipe(self.sources, self.split_by)
        done = self._begin(predictor, options)
        skipped = SkippedData()
        failed: list[Path] = []
        total = total_of(self.sources, self.format, self.split_by, self.reader_options)
        with (
            explained_interruption(self.output, self.resumable, log),
            bar("predicting", total) as step,
        ):
            step(done)
            documents = islice(self._read(predictor, failed, pipe), done, None)
            predictions = self._predictions(predictor, documents, pipe, skipped)
            if self.render is not None:
                predictions = pictured(predictions, self.render, self.colors)
            try:
                if readable:
                    show(predictions, step)
                else:
                    write(predictions, self.output, step, self.resume)
            finally:
                for line in skipped.lines():
                    log(line)
                if self.output is not None:
                    finish(self.output)
        if failed:
            raise DataError(
                f"{len(failed)} of {counted(len(self.sources), 'files')} could not be read "
                "completely, see above; the others were processed"
            )

    def _begin(self, predictor: Predictor, options: Mapping[str, Any]) -> int:
        """Compare or write the settings of the output; the number of documents that it has."""
        done = whole_records(self.output, BUFFER) if self.resume and self.output is not None else 0
        if self.output is None or not self.resumable:
            return done
        determining = {
            "format": self.format,
            "documents": self.split_by,
            "entities": self.entities,
            "on_error": self.reader_options.get("on_error"),
            **options,
        }
        settings = settings_of(predictor.model, self.sources, determining)
        if self.resume:
            require_same(self.output, settings)
        else:
            begin(self.output, settings)
        return done

    def _read(
        self, predictor: Predictor, failed: list[Path], pipe: OpenPipe | None
    ) -> Iterator[Document]:
        return read(
            self.sources, self.format, self.split_by, predictor, failed, pipe, self.reader_options
        )

    def _predictions(
        self,
        predictor: Predictor,
        documents: Iterable[Document],
        pipe: OpenPipe | None,
        skipped: SkippedData,
    ) -> Iterable[Document]:
        """Predicted documents; those of a pipe are predicted as soon as none is waiting."""
        batches: Iterable[Iterable[Document]] = [documents]
        if pipe is not None and self.split_by is not None:
            batches = groups(documents, BUFFER, partial(pipe.has, self.split_by))
        return chain.from_iterable(
            predictor.pipe(batch, entities=self.entities, buffer=BUFFER, skipped=skipped)
            for batch in batches
        )


def prints_text(output: Path | None, json: bool) -> bool:
    """Whether a command prints text for people: to a terminal, unless records are asked for.

    Args:
        output: File to write; None: standard output.
        json: Whether records are asked for.
    """
    return output is None and not json and sys.stdout.isatty()
