"""How a fact of `parity/facts.toml` is looked for in an answer, whichever surface gave it.

An answer is plain data. What is looked for are objects in it, at any depth, that say the fact: the surfaces nest the
same objects differently.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["HOLDS"]


def records(data: Any) -> Iterator[Mapping[str, Any]]:
    """All objects in an answer, at any depth."""
    if isinstance(data, Mapping):
        yield data
        for value in data.values():
            yield from records(value)
    elif isinstance(data, Sequence) and not isinstance(data, str):
        for entry in data:
            yield from records(entry)


def is_symbol(full: Any, wanted: str) -> bool:
    """Whether a full name, `<project> <path> <descriptor>`, is that of a symbol written as "path name". The class of a
    constructor will do for it: where somebody calls a class, that is what runs."""
    if not isinstance(full, str) or full.count(" ") < 2:
        return False
    _, path, descriptor = full.split(" ", 2)
    wanted_path, name = wanted.split(" ", 1)
    names = re.findall(r"\w+", descriptor.replace("impl#", ""))
    own = name.split(".")
    constructor = names[-1:] == ["__init__"] and names[:-1]
    return path == wanted_path and (names[-len(own) :] == own or (constructor or [])[-len(own) :] == own)


def symbols(data: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The full names of the symbols in an answer, with what is said about each."""
    for record in records(data):
        if isinstance(record.get("symbol"), str):
            yield record["symbol"], record


def has_path(data: Any, path: str) -> bool:
    return any(record.get("path") == path for record in records(data))


def has_function(data: Any, wanted: str) -> bool:
    kinds = ("function", "method", "constructor")
    return any(is_symbol(name, wanted) and record.get("kind") in kinds for name, record in symbols(data))


def has_type(data: Any, wanted: str) -> bool:
    kinds = ("class", "struct")
    return any(is_symbol(name, wanted) and record.get("kind") in kinds for name, record in symbols(data))


def has_symbol(data: Any, wanted: str) -> bool:
    return any(is_symbol(name, wanted) for name, _ in symbols(data))


def at_line(data: Any, line: str) -> Iterator[Mapping[str, Any]]:
    """What is said of the symbols that begin at a line."""
    return (record for record in records(data) if record.get("start_line") == int(line) and "signature" in record)


def is_defined(data: Any, fact: str) -> bool:
    line, name = fact.split(" ")
    return any(
        record.get("name") == name or re.search(rf"\b{name}\b\W*$", str(record.get("symbol")))
        for record in at_line(data, line)
    )


def has_parameter(data: Any, fact: str) -> bool:
    line, parameter = fact.split(" ", 1)
    return any(
        re.search(rf"[(,]\s*{re.escape(parameter)}\s*[=,)]", record["signature"]) for record in at_line(data, line)
    )


def has_result(data: Any, fact: str) -> bool:
    line, result = fact.split(" ", 1)
    return any(record["signature"].rpartition(")")[2].strip(" :->") == result for record in at_line(data, line))


def has_base(data: Any, fact: str) -> bool:
    line, base = fact.split(" ")
    return any(re.search(rf"\(.*\b{base}\b.*\)", record["signature"]) for record in at_line(data, line))


def is_documented(data: Any, line: str) -> bool:
    return any(
        record.get("doc") or (record.get("summary") and record.get("generated_summary") is False)
        for record in at_line(data, line)
    )


def is_imported(data: Any, fact: str) -> bool:
    """A module, and what is imported from it."""
    module, _, name = fact.partition(" ")
    for record in records(data):
        if record.get("kind") != "import":
            continue
        target = record.get("target") or record.get("symbol")
        # What is outside is said by its name; what is inside has one that begins with its file.
        said = str(record.get("target_name") or record.get("name") or "")
        written = record.get("module") or ""
        if target is None:
            inside, last = said, re.split(r"\W+", said)[-1]
        else:
            _, inside, descriptor = str(target).split(" ", 2)
            last = (re.findall(r"\w+", descriptor) or [Path(inside).stem])[-1]
        of_module = re.findall(r"\w+", module)
        if last == (name or of_module[-1]) and set(of_module) <= set(re.findall(r"\w+", f"{inside} {said} {written}")):
            return True
    return False


def has_match(data: Any, fact: str) -> bool:
    path, line = fact.rsplit(" ", 1)
    return any(record.get("path") == path and record.get("line") == int(line) for record in records(data))


def has_call(data: Any, fact: str) -> bool:
    caller, callee = fact.split(" -> ")

    def is_callee(row: Mapping[str, Any]) -> bool:
        ambiguous = row.get("rule") == "ambiguous" and row.get("candidates", 0) > 1
        return is_symbol(row.get("callee"), callee) or (ambiguous and row.get("target_name") == callee.split(" ")[1])

    return any(is_symbol(row.get("caller"), caller) and is_callee(row) for row in records(data))


def is_reached(data: Any, wanted: str) -> bool:
    members = (member for record in records(data) for member in record.get("members", ()))
    return any(is_symbol(member["symbol"], wanted) for member in members)


def fan(data: Any, wanted: str, way: str) -> list[int]:
    """How many rely on a symbol, or on how many it relies."""
    return [record[way] for name, record in symbols(data) if way in record and is_symbol(name, wanted)]


def lies_above(data: Any, fact: str) -> bool:
    above, below = fact.split(" ")
    ends = (("from", "to"), ("from_directory", "to_directory"))
    return any(
        record.get(one) == above and record.get(other) == below for record in records(data) for one, other in ends
    )


def has_test_in(data: Any, path: str) -> bool:
    tests = (test for record in records(data) for test in record.get("tests", ()))
    return any(test.split(" ")[1] == path for test in tests)


def flow(data: Any) -> Iterator[tuple[str | None, str | None, int, int]]:
    """Edges of flow: their kind and variable, the line they start from and the line they lead to."""
    for record in records(data):
        if "nodes" in record and "edges" in record:
            lines = [node["start_line"] for node in record["nodes"]]
            for edge in record["edges"]:
                yield edge.get("kind"), edge.get("variable"), lines[edge["source"]], lines[edge["target"]]
        elif "source_line" in record:
            yield record["kind"], record["variable"], record["source_line"], record["target_line"]


def has_flow(data: Any, fact: str) -> bool:
    """An edge of control, "line kind first-last", or of data, "variable line line"."""
    if "-" not in fact:
        variable, start, end = fact.split(" ")
        return any(edge[1:] == (variable, int(start), int(end)) for edge in flow(data))
    start, kind, stretch = fact.split(" ")
    return any(kind in (edge[0], "any") and leads(edge, start, stretch) for edge in flow(data))


def leads(edge: tuple[str | None, str | None, int, int], start: str, stretch: str) -> bool:
    first, last = stretch.split("-")
    return edge[2] == int(start) and int(first) <= edge[3] <= int(last)


def has_control(data: Any, fact: str) -> bool:
    start, stretch = fact.split(" ")
    return any(edge[0] == "control" and leads(edge, start, stretch) for edge in flow(data))


def mentions(data: Any, fact: str, way: str) -> bool:
    line, name = fact.split(" ")
    return any(record.get("start_line") == int(line) and name in (record.get(way) or ()) for record in records(data))


def has_slice_line(data: Any, fact: str) -> bool:
    return has_match([record.get("lines", ()) for record in records(data)], fact)


#: How a fact is looked for in an answer, by what the facts say.
HOLDS: dict[str, Callable[[Any, str], bool]] = {
    "files": has_path,
    "functions": has_function,
    "types": has_type,
    "defined": is_defined,
    "parameters": has_parameter,
    "results": has_result,
    "bases": has_base,
    "documented": is_documented,
    "imported": is_imported,
    "importing": has_path,
    "matched": has_match,
    "calls": has_call,
    "reached": is_reached,
    "uncalled": has_symbol,
    "entries": lambda data, wanted: 0 in fan(data, wanted, "fan_in"),
    "leaves": lambda data, wanted: (
        0 in fan(data, wanted, "fan_out") and max(fan(data, wanted, "fan_in"), default=0) > 0
    ),
    "above": lies_above,
    "tests": has_test_in,
    "shown": has_symbol,
    "edges": has_flow,
    "cyclomatic": lambda data, count: any(record.get("cyclomatic") == int(count) for record in records(data)),
    "definitions": lambda data, fact: mentions(data, fact, "defines"),
    "uses": lambda data, fact: mentions(data, fact, "uses"),
    "control": has_control,
    "sliced": has_slice_line,
    "hit": has_symbol,
    "languages": lambda data, fact: any(
        record.get(fact.split(" ")[0]) == int(fact.split(" ")[1]) for record in records(data)
    ),
    "troubled": has_path,
}
