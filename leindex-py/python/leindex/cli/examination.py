"""What `doctor` looks at: each part of the engine, tried out on a few lines of code, and what it stands on.

Nothing of the user's is written or indexed: the trials run in a folder of their own, in memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from leindex.cli.failure import failure_of
from leindex.cli.finding import REINSTALL, Finding, tried
from leindex.cli.premises import events, memory, store, surroundings, versions
from leindex.cli.samples import SAMPLES
from leindex.cli.settings import chosen_model, settings
from leindex.cli.wording import plural


def examine(root: str) -> dict[str, list[Finding]]:
    """All findings, by section."""
    try:
        import leindex_rust as native
    except Exception as error:
        loaded = Finding("native module", "problem", failure_of(error).message, REINSTALL)
        return {"La Passerelle": [loaded, *surroundings(root)]}
    sections: dict[str, list[Finding]] = {}
    with tempfile.TemporaryDirectory(prefix="leindex-doctor-") as folder:
        from leindex import Project

        for name, text in SAMPLES.values():
            Path(folder, name).write_text(text, encoding="utf-8")
        parts: dict[str, Callable[[Any], Iterator[Finding]]] = {
            "Le Parse": lambda project: _grammars(project, native),
            "Le Graphe": _graph,
            "La Recherche": _search,
        }
        try:
            project = Project(folder, in_memory=True)
        except Exception as error:
            failed = failure_of(error).message
            sections = {title: [Finding("trial project", "problem", failed, REINSTALL)] for title in parts}
            told: list[Finding] = []
        else:
            with project:
                sections = {title: tried(title, check, project) for title, check in parts.items()}
                sections["La Recherche"] += tried("model of the settings", chosen_model, root)
                told = tried("file events", lambda project: events(project, root), project)
    sections["Le Stockage"] = [
        *tried("settings", settings, root),
        *tried("store", lambda at: store(at, native), root),
    ]
    sections["Le Stockage"] += tried("memory", lambda _: memory(native), root)
    sections["La Passerelle"] = [*tried("versions", lambda _: versions(native), root), *told, *surroundings(root)]
    return sections


def _grammars(project: Any, native: Any) -> Iterator[Finding]:
    built_in = [language["name"] for language in native.languages()]
    files = {file["path"]: file for file in project.ask("files")[1]}
    broken = []
    for language in built_in:
        if language not in SAMPLES:
            continue
        name, _ = SAMPLES[language]
        file = files.get(name)
        if file is None or file["parse_errors"] or not _defines(project.ask("outline", path=name)[1]):
            broken.append(language)
    missing = [language for language in SAMPLES if language not in built_in and language != "tsx"]
    if broken:
        yield Finding("grammars", "problem", f"a few lines were not understood in {', '.join(broken)}", REINSTALL)
    if missing:
        said = f"this build is without {', '.join(missing)}"
        yield Finding("languages", "warning", said, "files in them are left out; a wheel has them all")
    if not broken:
        yield Finding("grammars", "ok", f"{plural(len(built_in), 'language')}: {', '.join(built_in)}")


def _defines(items: list[dict[str, Any]]) -> bool:
    return any(item["symbol"]["name"] == "greet" or _defines(item["children"]) for item in items)


def _graph(project: Any) -> Iterator[Finding]:
    relations = project.ask("callers", name="greet.py#greet")[1]
    found = [edge for edge in relations["edges"] if "welcome" in edge["source"]]
    if found:
        yield Finding("calls", "ok", f"a call was found by rule `{found[0]['rule']}`")
    else:
        yield Finding("calls", "problem", "a call in the same file was not found", REINSTALL)
    flow = project.ask("pdg", name="greet.py#greet")[1]
    lines = project.ask("slice", path="greet.py", line=3, variable="name")[1]["lines"]
    if flow["nodes"] and lines:
        yield Finding(
            "flow",
            "ok",
            f"{plural(len(flow['nodes']), 'step')} and a slice of {plural(len(lines), 'line')} of a function",
        )
    else:
        yield Finding("flow", "problem", "a function of two lines has no flow", REINSTALL)


def _search(project: Any) -> Iterator[Finding]:
    hits = project.ask("search", query="says hello")[1]["hits"]
    model = project.ask("embedding_stats")[1]
    said = (
        f"built in, {model['dimension']} numbers, {model['embedded']} of {plural(model['symbols'], 'symbol')} embedded"
    )
    if hits and hits[0]["symbol"]["name"] == "greet":
        yield Finding("model", "ok", said)
    else:
        yield Finding("model", "problem", f"{said}, but a plain question found nothing", REINSTALL)
    tokens = project.ask("context", question="says hello", budget=300)[1]
    state = "ok" if 0 < tokens["tokens"] <= 300 else "problem"
    yield Finding(
        "budget", state, f"{tokens['tokens']} of 300 tokens ({tokens['tokenizer']})", "" if state == "ok" else REINSTALL
    )
