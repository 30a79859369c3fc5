"""One run of the command line: which projects it is about, what was asked of its output, and the projects it opened.

It knows `leindex.Project` and `leindex.Workspace` by their `ask`; answers are plain dicts and lists.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

import click

from leindex.cli.failure import NOTHING_FOUND
from leindex.cli.location import is_everything, path_in, project_around, symbol_in
from leindex.cli.screen import Screen, dim

if TYPE_CHECKING:
    from leindex import Project, Workspace
    from leindex.cli.progress import Progress

#: What should be known of relations in a workspace.
BOUNDARY = "what leads from one of these projects into another is not followed: it counts as out of the project"
#: Errors by which a project of a workspace says that it has nothing of the name.
ABSENCE = frozenset({"SymbolNotFoundError", "PathError"})


class Answer(NamedTuple):
    """What a project answered, and for which revision."""

    revision: str
    value: Any


class Session:
    """What the options before and behind the verb say, and what they lead to."""

    def __init__(self) -> None:
        self.folders: list[str] = []
        self.json = False
        self.quiet = False
        self._colour: bool | None = None
        self._screen: Screen | None = None
        self._project: Project | None = None
        self._workspace: Workspace | None = None

    def want_json(self) -> None:
        """One JSON value, and nothing else, goes to standard output."""
        self.json = True

    def be_quiet(self) -> None:
        """No progress and no notes."""
        self.quiet = True

    def without_colour(self) -> None:
        """No colours, whatever the terminal can do."""
        self._colour = False

    @property
    def screen(self) -> Screen:
        """Standard output, for people."""
        if self._screen is None:
            self._screen = Screen(sys.stdout, self._colour)
        return self._screen

    # Which projects.

    def root(self, *, anywhere: bool = False) -> str:
        """The folder of the one project."""
        if self.several:
            verb = click.get_current_context().info_name
            raise click.UsageError(f"`{verb}` asks one project; give one -C")
        return self.roots(anywhere=anywhere)[0]

    def roots(self, *, anywhere: bool = False) -> list[str]:
        """The folders of all projects: those that were named, else the one around the current folder. A whole home or
        disk is none, unless it may be `anywhere`, because nothing is read."""
        if self.folders:
            # A folder that is named twice is one project.
            return list({os.path.realpath(folder): folder for folder in reversed(self.folders)}.values())[::-1]
        here = Path.cwd()
        found = project_around(here) or here
        if is_everything(found) and not anywhere:
            raise click.UsageError(f"{found} is no project; go to the folder of one, or name it with -C")
        return [str(found)]

    @property
    def several(self) -> bool:
        """Whether a workspace of several projects is asked."""
        return len(self.folders) > 1 and len(self.roots()) > 1

    def path(self, typed: str) -> str:
        """A path from the root of the project, as the engine names files."""
        return path_in(self.root(), typed)

    def symbol(self, typed: str) -> str:
        """The name of a symbol, as the engine takes it."""
        return typed if self.several else symbol_in(self.root(), typed)

    # Asking.

    def open(self, **options: Any) -> Project:
        """The project, opened when it is first wanted. One answer needs no eye on the disk: `follow` is off."""
        if self._project is None:
            from leindex import Project

            root = self.root()
            with self.progress("reading") as progress:
                self._project = Project(root, **{"follow": False, "progress": progress, **options})
        return self._project

    def workspace(self, **options: Any) -> Workspace:
        """All projects together."""
        if self._workspace is None:
            from leindex import Workspace

            with self.progress("reading") as progress:
                self._workspace = Workspace(self.roots(), **{"follow": False, "progress": progress, **options})
        return self._workspace

    def ask(self, verb: str, **arguments: Any) -> Answer:
        """Asks the project; arguments that are `None` are left to their defaults."""
        given = {name: value for name, value in arguments.items() if value is not None}
        project = self.open()
        with self.waiting():
            return Answer(*project.ask(verb, **given))

    def line_of(self, symbol: str) -> int | None:
        """The line of a symbol's name, where one project is asked."""
        if self.several:
            return None
        line: int = self.ask("symbol", name=symbol).value["name_line"]
        return line

    def ask_each(self, verb: str, **arguments: Any) -> dict[str, Answer]:
        """Asks every project. One that lacks what was named is passed over, unless all do."""
        given = {name: value for name, value in arguments.items() if value is not None}
        answers: dict[str, Answer] = {}
        refused: BaseException | None = None
        for name, project in self.workspace().projects.items():
            try:
                with self.waiting():
                    answers[name] = Answer(*project.ask(verb, **given))
            except Exception as error:
                if type(error).__name__ not in ABSENCE:
                    raise
                refused = refused or error
        if refused is not None and not answers:
            raise refused
        return answers

    def answer(
        self,
        verb: str,
        text: Callable[[Screen, Any], None],
        *,
        key: str = "",
        found: Callable[[Any], object] = bool,
        choose: Callable[[Any], Any] | None = None,
        several: bool = False,
        boundary: bool = False,
        **arguments: Any,
    ) -> int:
        """Asks, prints and gives the exit code. A list stands under `key` in the JSON; `choose` may take from it.

        With several projects, where the verb allows it, each is asked, and the JSON is `{"projects": {name: answer}}`.
        `boundary` says that the answer ends where a project does.
        """
        if not (several and self.several):
            revision, value = self.ask(verb, **arguments)
            value = value if choose is None else choose(value)
            return self.show(stamped(revision, value, key), lambda screen: text(screen, value), found=found(value))
        answers = self.ask_each(verb, **arguments)
        if choose is not None:
            answers = {name: Answer(answer.revision, choose(answer.value)) for name, answer in answers.items()}

        def each(screen: Screen) -> None:
            for name, answer in answers.items():
                screen.heading(name)
                text(screen, answer.value)
            if boundary:
                screen.blank()
                screen.line(dim(BOUNDARY))

        value = {"projects": {name: stamped(answer.revision, answer.value, key) for name, answer in answers.items()}}
        return self.show(value, each, found=any(found(answer.value) for answer in answers.values()))

    def progress(self, doing: str) -> Progress:
        """A progress bar on standard error, on a terminal only; gives a callback."""
        from leindex.cli.progress import Progress

        return Progress(doing, silent=self.quiet)

    def waiting(self) -> AbstractContextManager[None]:
        """Shows, on a terminal, that an answer takes long."""
        from leindex.cli.progress import Waiting

        return Waiting(silent=self.quiet)

    def close(self) -> None:
        """Closes what was opened."""
        for opened in (self._project, self._workspace):
            if opened is not None:
                opened.close()
        self._project = self._workspace = None

    # Telling.

    def show(self, value: dict[str, Any] | list[Any], text: Callable[[Screen], None], *, found: object = True) -> int:
        """Prints the answer, as JSON or for people, and gives the exit code."""
        if self.json:
            write_json(value)
        else:
            text(self.screen)
            self.screen.flush()
        return 0 if found else NOTHING_FOUND

    def note(self, message: str) -> None:
        """Tells people something beside the answer, on standard error."""
        if not self.quiet:
            click.secho(message, err=True, dim=True, color=self._colour)


def stamped(revision: str, value: Any, key: str) -> dict[str, Any]:
    """An answer as a JSON object that carries its revision; a list stands under `key`."""
    if isinstance(value, dict):
        return value if "revision" in value else {"revision": revision, **value}
    return {"revision": revision, key: value}


def write_json(value: Any, out: TextIO | None = None) -> None:
    """One JSON value, on one line. What the encoding of the output lacks is escaped."""
    out = out or sys.stdout
    encoding = (out.encoding or "utf-8").lower().replace("-", "")
    out.write(json.dumps(value, ensure_ascii=encoding != "utf8", separators=(",", ":")) + "\n")
