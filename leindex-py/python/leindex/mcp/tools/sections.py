"""What can be said about a symbol or a file, a section each: as data, as text, and whether there is more of it.

All lists of an answer are paged together: page `n` has the `n`-th stretch of each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leindex.mcp.markdown import code, count, fence, lines_of
from leindex.mcp.service import Asker

__all__ = ["FILE_SECTIONS", "SYMBOL_SECTIONS", "Section", "Window", "symbol_of"]

#: Lines of source of a page.
SOURCE_LINES = 400
#: Bytes before a symbol in which its line has to begin.
LONGEST_HEAD = 300


@dataclass(frozen=True, slots=True)
class Window:
    """Which stretch of each list a page shows."""

    page: int
    limit: int

    def of(self, entries: Sequence[Any]) -> Sequence[Any]:
        """The stretch of a list."""
        return entries[self.page * self.limit : (self.page + 1) * self.limit]

    def more(self, *lists: Sequence[Any]) -> bool:
        """Whether there is a further stretch of any of them."""
        return any(len(entries) > (self.page + 1) * self.limit for entries in lists)


@dataclass(frozen=True, slots=True)
class Section:
    """One of the things that can be said."""

    structured: Any
    text: str
    more: bool = False


#: Says it of a symbol, given its full name and description, or of a file, given its path twice.
Says = Callable[[Asker, str, Any, Window], Section]


def source(ask: Asker, name: str, symbol: Any, window: Window) -> Section:
    """The text of a symbol. It is in the text of the answer alone: nobody needs it twice."""
    answer = ask("source", name=name)
    lines = lines_of(before(ask, symbol) + answer["text"])
    first = window.page * SOURCE_LINES
    shown = lines[first : first + SOURCE_LINES]
    start = symbol["start_line"] + first
    end = start + len(shown) - 1
    more = len(lines) > first + SOURCE_LINES
    text = f"## Source\n\nLines {start}-{end}:\n\n{fence(chr(10).join(shown), symbol['language'])}" if shown else ""
    return Section({"start_line": start, "end_line": max(end, start)}, text, more)


def before(ask: Asker, symbol: Mapping[str, Any]) -> str:
    """What stands before a symbol in its first line, mostly its indent: with it, the text is that of the file's lines.

    Of a line that goes on for pages only the symbol is shown.
    """
    start = symbol["start_byte"]
    head = bytes(ask.bytes(symbol["path"])[max(0, start - LONGEST_HEAD) : start])
    _, line_feed, line = head.rpartition(b"\n")
    return line.decode("utf-8", "replace") if line_feed or start < LONGEST_HEAD else ""


def relation(verb: str, title: str, end: str) -> Says:
    """The section of a verb that gives relations, of which the other end is at `end`."""

    def says(ask: Asker, name: str, symbol: Any, window: Window) -> Section:
        answer = ask(verb, name=name)
        lists = {kind: answer[kind] for kind in ("edges", "ambiguous", "unresolved")}
        structured: dict[str, Any] = {"certainty": answer["certainty"], "total": len(lists["edges"])}
        structured |= {kind: [edge_of(edge, end) for edge in window.of(edges)] for kind, edges in lists.items()}
        heading = f"## {title} ({len(lists['edges'])})"
        lines = [edge_line(edge, end) for edge in window.of(lists["edges"])]
        if not lists["edges"]:
            lines.append(NOTHING[answer["certainty"]])
        for kind, says in (("ambiguous", "Sites that may be meant, among others"), ("unresolved", "Not known")):
            if shown := window.of(lists[kind]):
                lines.append(f"\n{says} ({len(lists[kind])}):")
                lines.extend(edge_line(edge, end) for edge in shown)
        return Section(structured, "\n".join([heading, "", *lines]), window.more(*lists.values()))

    return says


NOTHING = {
    "some": "None.",
    "none": "None, and no site could be one.",
    "unknown": "None is known, but there are sites whose target is not: see below.",
}


def hierarchy(ask: Asker, name: str, symbol: Any, window: Window) -> Section:
    """Types above and below; members overridden and overriding."""
    answer = ask("hierarchy", name=name)
    structured = {side: [brief_of(other) for other in window.of(answer[side])] for side in ("above", "below")}
    lines = ["## Hierarchy", ""]
    for side in ("above", "below"):
        lines.append(f"{side.capitalize()} ({len(answer[side])}):")
        lines.extend(
            f"- {code(other['symbol'])} — {place(other)} ({other['kind']})" for other in window.of(answer[side])
        )
    if answer["open"]:
        lines.append("An ancestor lies outside of the project or is not known.")
    return Section(
        {**structured, "open": answer["open"]}, "\n".join(lines), window.more(answer["above"], answer["below"])
    )


def members(ask: Asker, name: str, symbol: Any, window: Window) -> Section:
    """What is defined inside a symbol."""
    items = flattened(ask("outline", path=symbol["path"]), 0)
    inside = list(below(items, name))
    return outlined(inside, window, "Members")


def tests(ask: Asker, name: str, symbol: Any, window: Window) -> Section:
    """The tests that reach a symbol."""
    found = ask("tests_for", name=name)
    names = [test if isinstance(test, str) else test["symbol"] for test in found]
    lines = [f"## Tests that reach it ({len(names)})", "", *(f"- {code(test)}" for test in window.of(names))]
    return Section(list(window.of(names)), "\n".join(lines), window.more(names))


def metrics(ask: Asker, name: str, symbol: Any, window: Window) -> Section:
    """Complexity."""
    found = ask("symbol_metrics", name=name)["metrics"]
    says = ", ".join(f"{key} {value}" for key, value in found.items())
    return Section({key: found[key] for key in METRICS}, f"## Metrics\n\n{says}")


METRICS = ("cyclomatic", "cognitive", "nesting", "parameters", "statements", "lines")


def cfg(ask: Asker, name: str, symbol: Any, window: Window) -> Section:
    """What runs after what."""
    return graph(ask("cfg", name=name), window, "Control flow", "kind")


def dataflow(ask: Asker, name: str, symbol: Any, window: Window) -> Section:
    """Which value reaches which use."""
    return graph(ask("dataflow", name=name), window, "Data flow", "variable")


def graph(answer: Mapping[str, Any], window: Window, title: str, label: str) -> Section:
    """A graph of the statements of a function. Nodes have their numbers; edges stand with their sources."""
    numbered = list(enumerate(answer["nodes"]))
    shown = window.of(numbered)
    numbers = {number for number, _ in shown}
    edges = [edge for edge in answer["edges"] if edge["source"] in numbers]
    leaving: dict[int, list[str]] = {}
    for edge in edges:
        leaving.setdefault(edge["source"], []).append(f"{edge['target']} ({edge[label]})")
    lines = [
        f"{number}. line {node['start_line']}: {said_of(node)}"
        + (f" → {', '.join(leaving[number])}" if number in leaving else "")
        for number, node in shown
    ]
    structured = {
        "nodes": [
            {"node": number, "kind": node["kind"], "start_line": node["start_line"], "end_line": node["end_line"]}
            for number, node in shown
        ],
        "edges": [{"source": edge["source"], "target": edge["target"], label: edge[label]} for edge in edges],
    }
    return Section(structured, "\n".join([f"## {title}", "", *lines]), window.more(numbered))


def said_of(node: Mapping[str, Any]) -> str:
    """A node of a graph: its text, or what it is. Where a function ends there is no text of its own."""
    return code(node["text"]) if node["text"] and node["kind"] != "exit" else f"({node['kind']})"


def outline(ask: Asker, path: str, _: Any, window: Window) -> Section:
    """The symbols of a file."""
    return outlined(flattened(ask("outline", path=path), 0), window, "Outline")


def imported(verb: str, title: str) -> Says:
    """The section of a verb that gives imports. The other end of what a file imports is the target."""
    end = "target" if verb == "imports" else "source"

    def says(ask: Asker, path: str, _: Any, window: Window) -> Section:
        edges = ask(verb, path=path)
        lines = [f"## {title} ({len(edges)})", "", *(edge_line(edge, end) for edge in window.of(edges))]
        return Section([edge_of(edge, end) for edge in window.of(edges)], "\n".join(lines), window.more(edges))

    return says


def outlined(items: Sequence[tuple[int, Any]], window: Window, title: str) -> Section:
    """Nested symbols, flat with their depth."""
    lines = [
        f"{'  ' * depth}- {code(symbol['signature'] or symbol['name'])} — lines "
        f"{symbol['start_line']}-{symbol['end_line']} ({symbol['kind']})"
        for depth, symbol in window.of(items)
    ]
    structured = [
        {**brief_of(symbol), "end_line": symbol["end_line"], "signature": symbol["signature"], "depth": depth}
        for depth, symbol in window.of(items)
    ]
    return Section(structured, "\n".join([f"## {title} ({len(items)})", "", *lines]), window.more(items))


def flattened(items: Sequence[Any], depth: int) -> list[tuple[int, Any]]:
    """An outline in the order of the text."""
    flat: list[tuple[int, Any]] = []
    for item in items:
        flat.append((depth, item["symbol"]))
        flat.extend(flattened(item["children"], depth + 1))
    return flat


def below(items: Sequence[tuple[int, Any]], name: str) -> list[tuple[int, Any]]:
    """What stands inside one of them."""
    found: list[tuple[int, Any]] = []
    inside: int | None = None
    for depth, symbol in items:
        if inside is not None and depth <= inside:
            break
        if inside is not None:
            found.append((depth - inside - 1, symbol))
        elif symbol["symbol"] == name:
            inside = depth
    return found


def symbol_of(symbol: Mapping[str, Any]) -> dict[str, Any]:
    """A symbol, as structured content holds it."""
    keys = ("symbol", "kind", "language", "path", "start_line", "end_line", "signature", "summary")
    return {key: symbol[key] for key in (*keys, "cyclomatic", "cognitive", "is_test", "is_exported")}


def brief_of(symbol: Mapping[str, Any]) -> dict[str, Any]:
    """A symbol that is one of many."""
    return {key: symbol[key] for key in ("symbol", "kind", "path", "start_line")}


def edge_of(edge: Mapping[str, Any], end: str) -> dict[str, Any]:
    """An edge, as structured content holds it: what goes without saying is left out."""
    other = {"name": edge["target_name"]} if edge[end] is None else {"symbol": edge[end]}
    found: dict[str, Any] = {**other, "kind": edge["kind"], "rule": edge["rule"]}
    if edge["module"] is not None and edge[end] is None:
        found["module"] = edge["module"]
    if edge["confidence"] is not None:
        found["confidence"] = round(edge["confidence"], 3)
    if edge["candidates"] > 1:
        found["candidates"] = edge["candidates"]
    return {**found, "path": edge["path"], "line": edge["line"]}


def edge_line(edge: Mapping[str, Any], end: str) -> str:
    """An edge as a line of a list."""
    other = edge[end] if edge[end] is not None else edge["target_name"]
    sure = f", confidence {edge['confidence']:.2f}" if edge["confidence"] is not None else ""
    module = f" from {code(edge['module'])}" if edge["module"] is not None and edge[end] is None else ""
    many = f", one of {count(edge['candidates'], 'definition')}" if edge["candidates"] > 1 else ""
    return (
        f"- {code(other) if other else '(no name)'}{module} — {edge['path']}:{edge['line']} "
        f"({edge['kind']}, {edge['rule']}{sure}{many})"
    )


def place(symbol: Mapping[str, Any]) -> str:
    """Where a symbol is."""
    return f"{symbol['path']}:{symbol['start_line']}"


#: What `include` may name for a symbol.
SYMBOL_SECTIONS: dict[str, Says] = {
    "source": source,
    "callers": relation("callers", "Callers", "source"),
    "callees": relation("callees", "Callees", "target"),
    "references": relation("references", "References", "source"),
    "hierarchy": hierarchy,
    "outline": members,
    "tests": tests,
    "metrics": metrics,
    "cfg": cfg,
    "dataflow": dataflow,
}
#: What `include` may name for a file.
FILE_SECTIONS: dict[str, Says] = {
    "outline": outline,
    "imports": imported("imports", "Imports"),
    "importers": imported("importers", "Imported by"),
}
