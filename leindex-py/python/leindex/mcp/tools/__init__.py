"""The tools, a file each: what they take, what they give, and how they ask. Seven, because agents choose among few."""

from __future__ import annotations

from leindex.mcp.tools.deep_analyze import DEEP_ANALYZE
from leindex.mcp.tools.impact import IMPACT
from leindex.mcp.tools.search import SEARCH
from leindex.mcp.tools.slice import SLICE
from leindex.mcp.tools.sql import SQL
from leindex.mcp.tools.status import STATUS
from leindex.mcp.tools.symbol import SYMBOL_TOOL

__all__ = ["TOOLS"]

#: In the order in which they are listed: the most useful first.
TOOLS = {tool.name: tool for tool in (DEEP_ANALYZE, SEARCH, SYMBOL_TOOL, IMPACT, SLICE, SQL, STATUS)}
