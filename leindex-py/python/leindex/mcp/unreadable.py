"""Lines that are no message of the protocol, and the answers that they get.

The SDK reads lines and drops those that it cannot read, so that whoever waits for an answer to one waits for ever. What
it dropped is told here by the errors that it hands on in the place of messages.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, Self

import anyio
import mcp_types as types
from mcp.shared.message import SessionMessage
from pydantic import ValidationError

if TYPE_CHECKING:
    from mcp.shared._context_streams import ContextReceiveStream

__all__ = ["Answering", "refusal"]

logger = logging.getLogger(__name__)

#: Texts, brackets, separators and the rest of JSON, however deep or wrong it is.
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+|"')
#: Ids that an answer may bear.
LONGEST_ID = 200


class Sends(Protocol):
    """Where messages to the client go."""

    async def send(self, item: SessionMessage) -> None: ...


class Answering:
    """A stream of messages, from which those that cannot be read are answered and left out."""

    def __init__(self, messages: ContextReceiveStream[SessionMessage | Exception], answers: Sends) -> None:
        self.messages = messages
        self.answers = answers

    @property
    def last_context(self) -> Any:
        """The context in which the latest message was sent."""
        return self.messages.last_context

    async def receive(self) -> SessionMessage | Exception:
        while True:
            item = await self.messages.receive()
            if not isinstance(item, Exception):
                return item
            logger.info("a line that is no message: %s", " ".join(str(item).split())[:300])
            answer = refusal(item)
            if answer is not None:
                try:
                    await self.answers.send(SessionMessage(answer))
                except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                    logger.info("nobody is left to hear of it")

    async def aclose(self) -> None:
        await self.messages.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def refusal(error: Exception) -> types.JSONRPCError | None:
    """The answer to a line, by why it is no message; none to what may itself be an answer."""
    if not isinstance(error, ValidationError):
        return None
    problems = error.errors(include_url=False, include_context=False)
    first = problems[0]
    if first["type"] == "json_invalid":
        line = str(first["input"])
        if not line.strip():
            return None
        message = f"Parse error: {first['msg'].removeprefix('Invalid JSON: ')[:200]}. Send one JSON value a line."
        return refused(id_in(line), types.PARSE_ERROR, message)
    # Of a union, each problem names its member first: what has no further place, or lacks a field, is the whole.
    whole = next(
        (p["input"] for p in problems if len(p["loc"]) <= 1 or (p["type"] == "missing" and len(p["loc"]) == 2)), None
    )
    if isinstance(whole, Mapping):
        if "method" not in whole and ("result" in whole or "error" in whole):
            return None
        number = id_of(whole.get("id"))
        message = 'Invalid request: it needs `jsonrpc` "2.0", a `method`, and `params` that are an object, if any.'
    else:
        number = None
        message = "Invalid request: send one object a line; batches are not part of this protocol."
    return refused(number, types.INVALID_REQUEST, message)


def refused(number: str | int | None, code: int, message: str) -> types.JSONRPCError:
    return types.JSONRPCError(jsonrpc="2.0", id=number, error=types.ErrorData(code=code, message=message))


def id_of(value: object) -> str | int | None:
    """An id that a request may have."""
    if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > LONGEST_ID:
        return None
    return value


def id_in(line: str) -> str | int | None:
    """The id of a request that is no JSON, or no JSON that can be read: what stands at `"id"` outermost."""
    depth = 0
    before: list[str] = ["", ""]
    for found in TOKEN.finditer(line):
        token = found[0]
        if token in "{[":
            depth += 1
        elif token in "}]":
            depth -= 1
        elif depth == 1 and before == ['"id"', ":"]:
            return id_written(token)
        before = [before[1], token]
    return None


def id_written(token: str) -> str | int | None:
    """An id as JSON writes it."""
    if re.fullmatch(r"-?\d{1,18}", token):
        return int(token)
    text = re.fullmatch(r'"([^"\\\ud800-\udfff]*)"', token)
    return id_of(text[1]) if text else None
