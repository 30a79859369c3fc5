"""What is refused of a question's arguments before it is asked: values with which nothing could be found.

The engine takes any language and any name, and finds nothing; who mistyped one would take that for an answer. Types of
arguments are the engine's to refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import leindex_rust

__all__ = ["check", "check_languages", "of_no_language"]

#: Languages that are written in another's files, and may be asked for by themselves.
DIALECTS = ("tsx",)
#: Numbers from here on are none of the engine's.
TOO_LARGE = 2**63


def check(verb: str, arguments: Mapping[str, Any], symbol: Callable[[str], object]) -> dict[str, Any]:
    """The arguments of a question, or the error that says what is wrong; `symbol` raises for what names none."""
    checked = dict(arguments)
    for name, value in arguments.items():
        if isinstance(value, int) and abs(value) >= TOO_LARGE:
            raise leindex_rust.RequestError(f"{verb}: `{name}` is too large a number; give a smaller one")
    for name in _texts(arguments.get("name")) + _texts(arguments.get("names")) + _texts(arguments.get("from")):
        if not name.strip():
            example = "`login`, `Session.login` or `path:line`"
            raise leindex_rust.RequestError(f"{verb}: the name is empty; give that of a symbol, such as {example}")
    if isinstance(arguments.get("languages"), list | tuple):
        checked["languages"] = check_languages(arguments["languages"])
    if verb == "context":
        for name in _texts(arguments.get("from")):
            symbol(name)
    return checked


def check_languages(names: Iterable[Any]) -> list[Any]:
    """The languages of these names as the engine writes them; raises `RequestError` for one that it does not read."""
    return [_language(name) if isinstance(name, str) else name for name in names]


def _language(name: str) -> str:
    known = _languages()
    wanted = name.strip().lower()
    if wanted in known or wanted in DIALECTS:
        return wanted
    from difflib import get_close_matches

    claiming = _claiming(wanted)
    near = [claiming] if claiming else get_close_matches(wanted, known, 1)
    meant = f"did you mean `{near[0]}`? " if near else ""
    there = f"there are {', '.join(known)}"
    raise leindex_rust.RequestError(f"`{name[:100]}` is no language that is analysed; {meant}{there}")


@cache
def _languages() -> tuple[str, ...]:
    return tuple(language["name"] for language in leindex_rust.languages())


def _claiming(suffix: str) -> str | None:
    """The language of files with a suffix, which some write for its name: `py`, `.rs`."""
    for language in leindex_rust.languages():
        if suffix.lstrip(".") in language["files"]:
            return str(language["name"])
    return None


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list | tuple) else []


def of_no_language(path: str) -> leindex_rust.PathError:
    """The error that says of a file that no language claims it."""
    said = "it is of no language that is analysed, so it has no symbols and imports nothing; `grep` looks into it"
    error = leindex_rust.PathError(f"`{path}` is a file, but {said}")
    error.path, error.nearest = path, []
    return error
