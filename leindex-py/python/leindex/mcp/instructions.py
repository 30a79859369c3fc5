"""What the server tells a model before anything else: when to use which tool, and when grep is better."""

from __future__ import annotations

from leindex.mcp.roots import Roots

__all__ = ["instructions"]

GUIDE = """\
LeIndex knows this code: symbols, who calls what, control and data flow, in 18 languages, true to the disk as of each
call. It only reads, and runs on this machine. The first question indexes the project by itself.

Use it instead of grep and reading whole files:
- You do not know where something is or how it works:
  leindex_deep_analyze {"query": "How are retries limited?"}
  One call gives the code to read, within a budget. Grep needs the right word, and then many files have to be read.
- You want candidates to choose from: leindex_search {"query": "parse timeout"}
  Finds by meaning what grep misses, and definitions instead of every mention.
- You know a symbol: leindex_symbol {"name": "Session.login", "include": ["callers"]}
  True callers, through imports, types and overrides; grep mixes up namesakes. With the path of a file: its outline.
- Before a change and after it: leindex_impact {"symbols": ["Session.login"]} or {"base": "HEAD"}
  All that depends on it, proven, and the tests to run; grep sees one level.
- A value is wrong: leindex_slice {"path": "src/cart.py", "line": 42, "variable": "total"}
  The lines that decide about it, and no others.
- Counts, rankings, joins: leindex_sql {"query": "select kind, count(*) from nodes group by kind"}
- A project is new to you: leindex_status {"include": ["overview"]}

Use grep for literal text in comments, documentation, configuration and data.

Answers say how they know: `rule` and `confidence` of an edge; `unknown` and `ambiguous` for what is not certain.
Symbols have full names (`<project> <path> <descriptor>`): give them back as they are. A `truncated` answer goes on
with its `next_cursor`."""


def instructions(roots: Roots) -> str:
    """The guide, and what is served."""
    if len(roots.all) == 1:
        return f"{GUIDE}\n\nServed is one project:\n{roots.listed()}"
    return (
        f"{GUIDE}\n\nServed are several projects. Without `project_path` a question goes to all of them, and each item "
        f"says of which it is; with it, to one:\n{roots.listed()}"
    )
