"""The protocol: what a client may ask of the server, and how answers and errors are handed over.

What is wrong with a call is the answer of a tool, with `is_error`, so that a model reads it and asks again; only an
unknown tool or resource is an error of the protocol. Nothing that goes wrong in a call ends the server.
"""

from __future__ import annotations

import difflib
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

import anyio
import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.shared.exceptions import MCPError

from leindex.mcp.clients import takes_structured
from leindex.mcp.failures import described
from leindex.mcp.instructions import instructions
from leindex.mcp.overview import overview
from leindex.mcp.roots import Scope
from leindex.mcp.service import Call, Service
from leindex.mcp.tool import Answer, Tool
from leindex.mcp.tools import TOOLS

__all__ = ["build_server"]

Context = ServerRequestContext[Any, Any]

SCHEME = "leindex://project/"
OVERVIEW = "/overview"
#: The tools never change while a server runs.
LISTED_FOR_MS = 3_600_000
READ_ONLY = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


def build_server(service: Service, version: str, structured: bool | None = None) -> Server[Any]:
    """The server of some projects. `structured` as in :func:`leindex.mcp.serve`."""
    handlers = Handlers(service, structured)
    server: Server[Any] = Server(
        "leindex",
        version=version,
        title="LeIndex",
        description="Code intelligence for agents: search, callers, impact, slices and token-budgeted context.",
        instructions=instructions(service.roots),
        cache_hints={"tools/list": CacheHint(ttl_ms=LISTED_FOR_MS)},
        get_tool_input_schema=lambda name: TOOLS[name].input_schema() if name in TOOLS else None,
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources,
        on_list_resource_templates=handlers.list_resource_templates,
        on_read_resource=handlers.read_resource,
    )
    # What the SDK has by default reports each call to OpenTelemetry, if the process exports it: nothing is to leave.
    server.middleware.clear()
    return server


class Handlers:
    """Answers requests, of all clients."""

    def __init__(self, service: Service, structured: bool | None) -> None:
        self.service = service
        self.structured = structured

    async def list_tools(self, context: Context, _: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        """The tools, as this client can make use of them."""
        structured = self.is_structured(context)
        return types.ListToolsResult(tools=[listed(tool, structured) for tool in TOOLS.values()])

    async def call_tool(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        """One call of a tool, counted."""
        tool = TOOLS.get(params.name)
        if tool is None:
            near = difflib.get_close_matches(params.name, TOOLS, 1)
            meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(TOOLS)}"
            raise MCPError(code=types.INVALID_PARAMS, message=f"Unknown tool {params.name[:100]!r}; {meant}")
        call = self.call(context)
        counted = self.service.counts.of(tool.name)
        counted.calls += 1
        started = time.monotonic()
        try:
            answer = await tool.run(call, tool.checked(params.arguments))
        except anyio.get_cancelled_exc_class():
            counted.cancelled += 1
            raise
        except Exception as error:
            counted.errors += 1
            message = described(error, tool.name)
            result = types.CallToolResult(content=[types.TextContent(text=message)], is_error=True)
        else:
            counted.tokens += await tokens_of(call, answer)
            result = types.CallToolResult(
                content=[types.TextContent(text=answer.text)],
                structured_content=answer.structured if call.structured else None,
            )
        finally:
            counted.seconds += time.monotonic() - started
        return result

    async def list_resources(self, _: Context, __: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
        """An overview for each project."""
        return types.ListResourcesResult(
            resources=[
                types.Resource(
                    uri=f"{SCHEME}{quote(root.name, safe='')}{OVERVIEW}",
                    name=f"{root.name}-overview",
                    title=f"Overview of {root.name}",
                    description="Languages, size, directories with their layers, hotspots, entry points, how to ask.",
                    mime_type="text/markdown",
                )
                for root in self.service.roots.all
            ]
        )

    async def list_resource_templates(
        self, _: Context, __: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        """The shape of their addresses."""
        return types.ListResourceTemplatesResult(
            resource_templates=[
                types.ResourceTemplate(
                    uri_template=f"{SCHEME}{{name}}{OVERVIEW}",
                    name="project-overview",
                    title="Overview of a project",
                    description="`name` is a project's name, as leindex_status lists it.",
                    mime_type="text/markdown",
                )
            ]
        )

    async def read_resource(
        self, context: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        """The overview of a project, made now."""
        uri = params.uri
        name = unquote(uri.removeprefix(SCHEME).removesuffix(OVERVIEW))
        root = self.service.roots.named(name)
        if root is None or uri != f"{SCHEME}{quote(name, safe='')}{OVERVIEW}":
            known = ", ".join(f"{SCHEME}{quote(root.name, safe='')}{OVERVIEW}" for root in self.service.roots.all)
            raise MCPError(code=types.INVALID_PARAMS, message=f"Unknown resource {uri[:200]!r}; there are {known}")
        try:
            text = await overview(self.call(context), Scope(root))
        except Exception as error:
            raise MCPError(code=types.INTERNAL_ERROR, message=described(error, uri)) from None
        return types.ReadResourceResult(
            contents=[types.TextResourceContents(uri=uri, mime_type="text/markdown", text=text)]
        )

    def call(self, context: Context) -> Call:
        """A call in a request: progress goes where the client listens for it."""

        async def report(progress: float, total: float | None, message: str | None) -> None:
            await context.session.report_progress(progress, total, message)

        return Call(self.service, report, structured=self.is_structured(context))

    def is_structured(self, context: Context) -> bool:
        """Whether the client gets structured content."""
        if self.structured is not None:
            return self.structured
        client = context.session.client_params
        return takes_structured(client.client_info.name if client is not None else None)


def listed(tool: Tool, structured: bool) -> types.Tool:
    """A tool, as it is listed."""
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input_schema(),
        output_schema=dict(tool.output) if structured else None,
        annotations=READ_ONLY.model_copy(update={"title": tool.title}),
    )


async def tokens_of(call: Call, answer: Answer) -> int:
    """Tokens of an answer as it is handed over."""
    if answer.taken:
        return answer.taken
    if not call.structured:
        return await call.count_tokens(answer.text)
    return await call.count_tokens(answer.text, compact(answer.structured))


def compact(structured: Mapping[str, Any]) -> str:
    """Structured content as compact JSON."""
    return json.dumps(structured, separators=(",", ":"), ensure_ascii=False)
