"""The directories of a project and how they rely on each other."""

from __future__ import annotations

from collections.abc import Iterator

from .record import Record, Rows, indented, key, plural, record, short

__all__ = ["Architecture", "ArchitectureDirectory", "ClosingCoupling", "Coupling", "Dependency", "DirectoryCycle"]


@record
class ArchitectureDirectory(Record):
    """A directory with the files in it, those of folders below included that are not listed themselves."""

    #: Path from the root, which itself is the empty path.
    path: str
    files: int
    #: Its symbols, modules included.
    symbols: int
    #: Dependencies between symbols of it.
    within: int
    #: Ca, afferent coupling: symbols of others that rely on symbols of it.
    afferent: int
    #: Ce, efferent coupling: symbols of it that rely on symbols of others.
    efferent: int
    #: I = Ce / (Ca + Ce): 0 if others rely on it and it on none; 1 the other way round; `None` if there is neither.
    instability: float | None
    #: 0 if it relies on no other; else one more than the highest layer of those that it relies on. Directories that
    #: rely on each other in a circle are on one layer.
    layer: int
    #: The same if the couplings that close cycles were not there. Where there is no cycle, the same as `layer`.
    level: int
    #: The place of its cycle in `Architecture.cycles`, if it is in one.
    cycle: int | None

    _shown = ("path", "layer", "files", "symbols", "within", "afferent", "efferent", "instability", "cycle")

    def _line(self) -> str:
        instability = "" if self.instability is None else f", instability {self.instability:.2f}"
        cycle = "" if self.cycle is None else f", in cycle {self.cycle}"
        return (
            f"{self.path or '.'}: layer {self.layer}, {plural(self.files, 'file')}, {plural(self.symbols, 'symbol')}, "
            f"{self.afferent} in, {self.efferent} out{instability}{cycle}"
        )


@record
class Coupling(Record):
    """What leads from one directory to another: at least one dependency or import."""

    #: The directory that relies on the other. `from` in dicts.
    from_: str = key("from")
    #: The other.
    to: str
    #: Pairs of symbols of which the one calls or extends the other.
    dependencies: int
    #: Pairs of files of which the one imports the other.
    imports: int
    #: Whether it is one of those that close cycles.
    closes_cycle: bool

    _shown = ("from", "to", "dependencies", "imports", "closes_cycle")

    def _line(self) -> str:
        closes = ", closes a cycle" if self.closes_cycle else ""
        counts = f"{plural(self.dependencies, 'dependency', 'dependencies')}, {plural(self.imports, 'import')}"
        return f"{self.from_ or '.'} → {self.to or '.'}: {counts}{closes}"


@record
class Dependency(Record):
    """A symbol or file that relies on another."""

    #: The full name of the one that relies on the other.
    source: str
    #: The full name of the other.
    target: str

    def _line(self) -> str:
        return f"{short(self.source)} → {short(self.target)}"


@record
class ClosingCoupling(Record):
    """A coupling that closes a cycle."""

    #: The directory that relies on the other. `from` in dicts.
    from_: str = key("from")
    #: The other.
    to: str
    #: Pairs of symbols of which the one calls or extends the other.
    dependencies: int
    #: Pairs of files of which the one imports the other.
    imports: int
    #: Always.
    closes_cycle: bool
    #: At most five of its dependencies that more than a name speaks for; if there are none, of its imports.
    examples: tuple[Dependency, ...]

    def _line(self) -> str:
        examples = ", ".join(example._line() for example in self.examples)
        return f"cut {self.from_ or '.'} → {self.to or '.'}: {examples or plural(self.imports, 'import')}"


@record
class DirectoryCycle(Record):
    """Directories of which each relies on each other, directly or through others."""

    #: By path.
    directories: tuple[str, ...]
    #: Couplings without which there is no cycle, the smallest first: what to cut. Each of them closes one. There may be
    #: other and smaller such sets; the smallest is hard to find.
    closing: tuple[ClosingCoupling, ...]

    def _line(self) -> str:
        return " ↔ ".join(directory or "." for directory in self.directories)


@record
class Architecture(Rows[ArchitectureDirectory]):
    """The directories of a project and what leads from one to another. A sequence of the directories."""

    #: By path.
    directories: tuple[ArchitectureDirectory, ...]
    #: What leads from one directory to another, by both paths.
    couplings: tuple[Coupling, ...]
    #: Directories that rely on each other in a circle, larger groups first.
    cycles: tuple[DirectoryCycle, ...]
    #: The revision this holds for.
    revision: str

    _rows = "directories"

    def _line(self) -> str:
        return (
            f"{plural(len(self.directories), 'directory', 'directories')}, {plural(len(self.couplings), 'coupling')}, "
            f"{plural(len(self.cycles), 'cycle')}"
        )

    def _text(self) -> Iterator[str]:
        yield self._line()
        highest_first = sorted(self.directories, key=lambda directory: (-directory.layer, directory.path))
        yield from indented(highest_first)
        if self.couplings:
            yield "couplings:"
            yield from indented(self.couplings)
        for cycle in self.cycles:
            yield f"cycle: {cycle._line()}"
            yield from indented(cycle.closing)
