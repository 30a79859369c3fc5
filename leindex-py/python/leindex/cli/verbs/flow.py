"""`cfg`, `dataflow`: what runs after what in a function, and which value a name has where, drawn as text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.drawing import gutter
from leindex.cli.screen import Cell, Screen, caution, dim, name, place
from leindex.cli.session import Answer, Session
from leindex.cli.wording import symbol_line

_name = click.argument("symbol", metavar="SYMBOL")


def _lines(node: Mapping[str, Any]) -> str:
    first, last = node["start_line"], node["end_line"]
    return f"{first}" if first == last else f"{first}-{last}"


def _node(index: int, node: Mapping[str, Any]) -> list[Cell]:
    kind = caution(f"{node['kind']} (never reached)") if node["unreachable"] else dim(node["kind"])
    return [str(index), place(_lines(node)), kind, _text(node)]


def _text(node: Mapping[str, Any]) -> str:
    """The text of a step. The exit of a function is the end of its text, which says nothing."""
    text: str = node["text"]
    return "" if node["kind"] == "exit" else text


def _answer(session: Session, verb_: str, symbol: str) -> tuple[Answer, Mapping[str, Any]]:
    """The flow of a function, and the function."""
    named = session.symbol(symbol)
    flow = session.ask(verb_, name=named)
    return flow, session.ask("symbol", name=named).value


def _jumps(edges: Sequence[Mapping[str, Any]]) -> list[tuple[int, int]]:
    """The edges that lead elsewhere than to the next node."""
    return [(edge["source"], edge["target"]) for edge in edges if edge["target"] != edge["source"] + 1]


def _labels(edges: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """What leads on from each node, where it is more than to the next."""
    labels = defaultdict(list)
    for edge in edges:
        if edge["kind"] != "next" or edge["target"] != edge["source"] + 1:
            labels[edge["source"]].append(f"{edge['kind']} → {edge['target']}")
    return {source: ", ".join(found) for source, found in labels.items()}


@verb(
    "cfg",
    examples=[
        ("leindex cfg Session.login", "its control flow: numbered steps, jumps drawn beside them"),
        ("leindex cfg src/auth.py:42 --json", "of the function on that line: nodes and edges"),
    ],
)
@_name
def cfg(session: Session, symbol: str) -> int:
    """The control-flow graph of a function, or of a file's top level: what runs after what, and on which condition.

    A step a line; to the right, where else control goes from it and why: true, false, case, exception, return, break,
    continue, back.
    """
    flow, found = _answer(session, "cfg", symbol)
    nodes, edges = flow.value["nodes"], flow.value["edges"]

    def text(screen: Screen) -> None:
        screen.line(*symbol_line(found))
        lanes, labels = gutter(len(nodes), _jumps(edges)), _labels(edges)
        screen.table(
            [[dim(lanes[index]), *_node(index, node), dim(labels.get(index, ""))] for index, node in enumerate(nodes)],
            right=(1, 2),
        )

    return session.show({"revision": flow.revision, "symbol": found["symbol"], **flow.value}, text, found=nodes)


@verb(
    "dataflow",
    examples=[
        ("leindex dataflow total", "which steps read the values that which others gave"),
        ("leindex dataflow total --variable price", "of one variable"),
        ("leindex dataflow total --control", "and which conditions decide whether a step runs"),
    ],
)
@_name
@click.option("--variable", metavar="NAME", help="Only this variable.")
@click.option("--control", is_flag=True, help="Also control dependences: the whole program dependence graph.")
def dataflow(session: Session, symbol: str, variable: str | None, control: bool) -> int:
    """The data dependences of a function: for each step, which values it reads and which steps may have given them.

    With --control the JSON has edges of kind `control`, with the way as `label`, beside those of kind `data`, with the
    `variable`. Exit code 1 when nothing depends on anything.
    """
    flow, found = _answer(session, "pdg" if control else "dataflow", symbol)
    nodes = flow.value["nodes"]
    edges = [edge for edge in flow.value["edges"] if _is_of(edge, variable)]

    def text(screen: Screen) -> None:
        screen.line(*symbol_line(found))
        into = defaultdict(list)
        for edge in edges:
            into[edge["target"]].append(edge)
        touched = {edge["source"] for edge in edges} | set(into)
        number = len(str(len(nodes)))
        for index, node in enumerate(nodes):
            if variable is not None and index not in touched:
                continue
            sets = dim(f"  sets {', '.join(node['defines'])}") if node["defines"] else ""
            never = caution("  never reached") if node["unreachable"] else ""
            step = _text(node) or node["kind"]
            screen.line(f"{index:>{number}}  ", place(f"{_lines(node):>5}"), "  ", step, sets, never)
            for reason in _reasons(into[index], nodes):
                screen.line(" " * (number + 9), *reason)
        if not edges:
            screen.line("nothing in it depends on anything")

    value = {"revision": flow.revision, "symbol": found["symbol"], "nodes": nodes, "edges": edges}
    return session.show(value, text, found=edges)


def _is_of(edge: Mapping[str, Any], variable: str | None) -> bool:
    return variable is None or edge.get("variable") == variable


def _reasons(edges: Sequence[Mapping[str, Any]], nodes: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """What a step depends on: a line for each variable, and one for each condition."""
    values: dict[str, list[int]] = defaultdict(list)
    reasons: list[list[Any]] = []
    for edge in edges:
        if edge["kind"] == "control":
            way = f" {edge['label']}" if edge.get("label") else ""
            condition = nodes[edge["source"]]
            reasons.append([dim("runs if "), f"{edge['source']}", dim(f" (line {_lines(condition)}){way}")])
        else:
            values[edge["variable"]].append(edge["source"])
    for variable, sources in values.items():
        places = ", ".join(_giver(source, nodes[source], variable) for source in sorted(set(sources)))
        reasons.append([name(variable), dim(f" of {places}")])
    return reasons


def _giver(index: int, node: Mapping[str, Any], variable: str) -> str:
    """The step that gives a variable its value. What the function does not define is there when it is entered."""
    if node["kind"] == "entry" and variable not in node["defines"]:
        return "outside"
    return f"{index} (line {_lines(node)})"
