"""`files`, `tree`, `diagnostics`: what the project consists of, and what of it is not understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.screen import Cell, Screen, bold, caution, dim, place
from leindex.cli.session import Session
from leindex.cli.wording import plural, size


@verb(
    "files",
    examples=[
        ("leindex files", "every file: language, lines, size, and why it is only listed"),
        ("leindex files --language rust --json", "those of a language, as JSON"),
        ("leindex files --other", "documents, data, pictures: what no language claims"),
    ],
)
@click.option("--language", metavar="NAME", help="Only this language.")
@click.option("--skipped", is_flag=True, help="Only files that are listed without being analysed.")
@click.option("--other", is_flag=True, help="Only files that no language claims.")
def files(session: Session, language: str | None, skipped: bool, other: bool) -> int:
    """Every file of a known language, and manifests, analysed or only listed. Exit code 1 when there is none.

    Files of no language are not among them: documents, data, pictures. --other lists those, and nothing else.
    """
    if other:
        if language is not None or skipped:
            raise click.UsageError("--other lists files of no language: --language and --skipped do not go with it")
        return session.answer("other_files", _print_other, key="files", several=True)
    if language is not None:
        from leindex._verbs.checking import check_languages

        language = check_languages([language])[0]

    def chosen(found: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        return [file for file in found if language in (None, file["language"]) and (file["skipped"] or not skipped)]

    def text(screen: Screen, found: Sequence[Mapping[str, Any]]) -> None:
        rows: list[list[Cell]] = []
        for file in found:
            note = caution(file["skipped"]) if file["skipped"] else _errors(file["parse_errors"])
            language = dim(file["language"] or "")
            # A manifest is not read as code, and its lines were not counted.
            lines = f"{file['lines']:,} lines" if file["language"] and not file["skipped"] else ""
            rows.append([place(file["path"]), language, dim(lines), dim(size(file["bytes"])), note])
        screen.table(rows, right=(2, 3))
        if not found:
            screen.line("no such file")

    return session.answer("files", text, key="files", choose=chosen, several=True)


def _print_other(screen: Screen, found: Sequence[Mapping[str, Any]]) -> None:
    screen.table([[place(file["path"]), dim(size(file["bytes"]))] for file in found], right=(1,))
    if not found:
        screen.line("every file is of a known language")


def _errors(count: int) -> Cell:
    return caution(plural(count, "syntax error")) if count else ""


@verb(
    "diagnostics",
    examples=[
        ("leindex diagnostics", "syntax errors, and files that are only listed"),
        ("leindex diagnostics --json", "the same as JSON"),
    ],
)
def diagnostics(session: Session) -> int:
    """Files that are not, or not wholly, understood, and why. Exit code 1 when there is none."""

    def text(screen: Screen, found: Sequence[Mapping[str, Any]]) -> None:
        screen.table([[place(item["path"], item["line"]), item["message"]] for item in found])
        if not found:
            screen.line("every file is understood")

    return session.answer("diagnostics", text, key="diagnostics", several=True)


@verb(
    "tree",
    examples=[
        ("leindex tree", "folders and files, with how much is in each"),
        ("leindex tree src --depth 2", "of a part, two levels deep"),
    ],
)
@click.argument("path", metavar="[FOLDER]", required=False, type=click.Path(path_type=str))
@click.option("--depth", type=click.IntRange(min=1), help="How deep to go; without it, to the files.")
def tree(session: Session, path: str | None, depth: int | None) -> int:
    """Folders and files below FOLDER (all), with their files, lines and symbols counted.

    Exit code 1 when there is no file.
    """
    within = "" if path is None else session.path(path)
    project = session.open()
    found = _folder_at(project.tree().to_dict(), within)
    root = found or {"path": within, "folders": [], "files": [], "lines": 0, "symbols": 0}

    def text(screen: Screen) -> None:
        if _files(root):
            screen.table([[[bold(f"{within or '.'}/")], dim(_counts(root))], *_below(root, "", depth)])
        else:
            screen.line(f"there is no file below {within or 'the root'}")

    return session.show({"revision": project.revision, **_cut(root, depth)}, text, found=_files(root))


def _folder_at(folder: dict[str, Any], path: str) -> dict[str, Any] | None:
    """The folder of a path, below another."""
    if folder["path"] == path:
        return folder
    for inner in folder["folders"]:
        if path == inner["path"] or path.startswith(f"{inner['path']}/"):
            return _folder_at(inner, path)
    return None


def _files(folder: Mapping[str, Any]) -> int:
    return len(folder["files"]) + sum(_files(inner) for inner in folder["folders"])


def _counts(folder: Mapping[str, Any]) -> str:
    return f"{plural(_files(folder), 'file')}, {folder['lines']:,} lines, {plural(folder['symbols'], 'symbol')}"


def _cut(folder: Mapping[str, Any], depth: int | None) -> dict[str, Any]:
    """The folder as JSON, down to a depth, with its files counted."""
    value: dict[str, Any] = {"path": folder["path"], "lines": folder["lines"], "symbols": folder["symbols"]}
    value["count"] = _files(folder)
    if depth != 0:
        below = None if depth is None else depth - 1
        value["folders"] = [_cut(inner, below) for inner in folder["folders"]]
        value["files"] = folder["files"]
    return value


def _below(folder: Mapping[str, Any], lead: str, depth: int | None) -> Iterator[list[Cell]]:
    if depth == 0:
        return
    below = None if depth is None else depth - 1
    last = len(folder["folders"]) + len(folder["files"]) - 1
    for number, inner in enumerate(folder["folders"]):
        yield [[dim(f"{lead}{END if number == last else BRANCH}"), bold(f"{_name(inner)}/")], dim(_counts(inner))]
        yield from _below(inner, f"{lead}{'    ' if number == last else '│   '}", below)
    for number, file in enumerate(folder["files"], start=len(folder["folders"])):
        counts = f"{file['lines']:,} lines, {plural(file['symbols'], 'symbol')}" if file["language"] else ""
        said = file["skipped"] or counts
        yield [[dim(f"{lead}{END if number == last else BRANCH}"), place(_name(file))], dim(said)]


def _name(item: Mapping[str, Any]) -> str:
    path: str = item["path"]
    return path.rpartition("/")[2]


BRANCH, END = "├── ", "└── "
