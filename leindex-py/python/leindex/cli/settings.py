"""The settings of a project, as `doctor` looks at them: the engine reads them where there is nothing to index."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from leindex.cli.failure import failure_of
from leindex.cli.finding import Finding
from leindex.cli.samples import SAMPLES


def settings_of(root: str) -> tuple[Path | None, dict[str, Any] | None]:
    """The file of the settings, if there is one, and what it says, if it is TOML."""
    import tomllib

    for name in ("leindex.toml", "pyproject.toml"):
        path = Path(root, name)
        if not path.is_file():
            continue
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            return path, None
        if name == "leindex.toml":
            return path, values
        tool = values.get("tool")
        if isinstance(tool, dict) and isinstance(tool.get("leindex"), dict):
            return path, tool["leindex"]
    return None, None


def chosen_model(root: str) -> Iterator[Finding]:
    """Has the engine load the model that the settings name, if they name one."""
    _, values = settings_of(root)
    folder = (values or {}).get("model")
    if not isinstance(folder, str):
        return
    from leindex import Project

    with tempfile.TemporaryDirectory(prefix="leindex-doctor-") as trial:
        place = os.path.abspath(os.path.join(root, folder))
        Path(trial, "leindex.toml").write_text(f"model = {_toml(place)}\n", encoding="utf-8")
        Path(trial, "greet.py").write_text(SAMPLES["python"][1], encoding="utf-8")
        try:
            with Project(trial, in_memory=True, follow=False) as chosen:
                stats = chosen.ask("embedding_stats")[1]
                yield Finding("model of the settings", "ok", f"{stats['model']}, {stats['dimension']} numbers")
        except Exception as error:
            advice = "correct `model` in the settings, or take it out: the built-in model does without"
            yield Finding("model of the settings", "problem", failure_of(error).message, advice)


def settings(root: str) -> Iterator[Finding]:
    """Has the engine read the settings, in a folder where there is nothing to index."""
    from leindex import Project

    path, values = settings_of(root)
    if path is None:
        yield Finding("settings", "ok", "none, and none are needed")
        return
    with tempfile.TemporaryDirectory(prefix="leindex-doctor-") as trial:
        if values is None:
            copy = Path(trial, path.name)
            copy.write_bytes(path.read_bytes())
        else:
            copy = Path(trial, "leindex.toml")
            lines = [
                f"{_key(key)} = {_toml(value)}\n" for key, value in values.items() if not _names_folders(key, value)
            ]
            copy.write_text("".join(lines), encoding="utf-8")
        try:
            Project(trial, in_memory=True, follow=False).close()
        except Exception as error:
            said = failure_of(error).message.replace(str(copy), str(path))
            yield Finding("settings", "problem", said, f"correct {path}")
            return
    values = values or {}
    roots = values.get("roots")
    absent = [name for name in roots if not Path(root, str(name)).is_dir()] if isinstance(roots, list) else []
    if absent:
        yield Finding(
            "settings", "problem", f"`roots` names {', '.join(map(str, absent))}, which is no folder", f"correct {path}"
        )
    else:
        yield Finding("settings", "ok", f"{path}: {', '.join(values) or 'empty'}")


def _names_folders(key: str, value: Any) -> bool:
    """Whether a setting names folders, which lie elsewhere for a copy: they are looked at here."""
    return (key == "roots" and isinstance(value, list)) or (key == "model" and isinstance(value, str))


def _key(key: str) -> str:
    return key if key.replace("_", "a").replace("-", "a").isalnum() and key.isascii() else _toml(key)


def _toml(value: Any) -> str:
    """A value of a settings file: strings, numbers and lists of them are written in TOML as in JSON."""
    import json

    return json.dumps(value, ensure_ascii=False, default=str)
