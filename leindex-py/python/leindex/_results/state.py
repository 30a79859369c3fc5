"""What an index holds and how it fares: figures, the store, the model, an export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .record import Record, plural, record

__all__ = ["EmbeddingStats", "Exported", "Stats"]


@record
class EmbeddingStats(Record):
    """Which model scores meanings, and how far its vectors have come."""

    #: The model: a digest of what its vectors depend on.
    model: str
    #: Numbers of a vector.
    dimension: int
    #: Symbols that get a vector.
    symbols: int
    #: Those that have one.
    embedded: int
    #: Whether vectors are being made in the background.
    running: bool = False
    #: What the model failed with the last time, if it did.
    error: str | None = None

    def _line(self) -> str:
        failed = f"; failed: {self.error}" if self.error else ""
        count = f"{self.embedded:,} of {plural(self.symbols, 'symbol')}"
        return f"{count}, {self.dimension} dimensions by {self.model}{failed}"


@record
class Exported(Record):
    """What an export came to."""

    #: Rows by table.
    rows: Mapping[str, int]
    #: Files that were written.
    written: int
    #: Files that the export before had.
    kept: int
    #: Bytes of all files.
    bytes: int
    #: The revision of the rows.
    revision: str

    def _line(self) -> str:
        rows = ", ".join(f"{count:,} {table}" for table, count in self.rows.items())
        return f"{plural(self.written, 'file')} written, {self.kept:,} kept, {self.bytes:,} bytes: {rows}"


@record
class Stats(Record):
    """What an index holds and how it fares."""

    #: The name of the project, as symbols begin with it.
    name: str
    #: The folder of the project.
    root: str
    #: The revision this holds for.
    revision: str
    #: Files, analysed or only listed.
    files: int
    #: Symbols, modules included.
    symbols: int
    #: Lines of the files that were read.
    lines: int
    #: Analysed files by language.
    languages: Mapping[str, int]
    #: Files that are only listed, by the reason.
    skipped: Mapping[str, int]
    #: Files with syntax errors.
    files_with_errors: int
    #: Syntax errors.
    parse_errors: int
    #: How many diagnostics there are.
    diagnostics: int
    #: The store: its folder, the role of this process, bytes and hits.
    store: Mapping[str, Any]
    #: What went wrong without stopping anything.
    warnings: tuple[str, ...]
    embedding: EmbeddingStats
    #: Bytes of the process, its budget, and how often memory was given back.
    memory: Mapping[str, int]
    #: Whether answers follow the disk.
    following: bool
    #: Why that takes a walk over all files each time, if it does.
    walks_because: str | None = None

    def _line(self) -> str:
        languages = ", ".join(f"{language} {count:,}" for language, count in self.languages.items())
        files = f"{plural(self.files, 'file')} ({languages})"
        return f"{self.name} at {self.root}: {files}, {plural(self.symbols, 'symbol')}, {plural(self.lines, 'line')}"

    def _text(self) -> Iterator[str]:
        yield self._line()
        skipped = ", ".join(f"{reason} {count:,}" for reason, count in self.skipped.items())
        yield f"  only listed: {skipped or 'none'}"
        errors = f"{plural(self.parse_errors, 'syntax error')} in {plural(self.files_with_errors, 'file')}"
        yield f"  {errors}, {plural(self.diagnostics, 'diagnostic')}"
        yield f"  store: {', '.join(f'{name} {value}' for name, value in self.store.items() if value is not None)}"
        yield f"  vectors: {self.embedding._line()}"
        yield f"  memory: {', '.join(f'{name} {value:,}' for name, value in self.memory.items())}"
        yield f"  revision {self.revision}{', follows the disk' if self.following else ''}"
        yield from (f"  warning: {warning}" for warning in self.warnings)
