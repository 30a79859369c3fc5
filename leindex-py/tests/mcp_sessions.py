"""A project to serve, and clients of the SDK that ask about it: what the tests of the MCP server share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
from jsonschema import Draft202012Validator
from mcp import Client
from mcp.server.lowlevel.server import Server
from mcp_types import CallToolResult, Implementation

from leindex.mcp.engine import Opener, open_project
from leindex.mcp.server import build_server
from leindex.mcp.service import Service
from leindex.mcp.tools import TOOLS

__all__ = ["MANY", "SHOP", "Said", "ask", "conversation", "serving", "text_of", "write"]

#: In how many places `handle` is.
MANY = 40

SHOP: dict[str, str] = {
    "shop/auth.py": '''"""Sessions of users."""

from shop.store import load_user


class Session:
    """A user who is logged in."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.expires = 0

    def login(self, password: str) -> bool:
        """Checks the password and begins the session."""
        user = load_user(self.name)
        if user is None:
            return False
        if not check_password(user, password):
            return False
        self.expires = 3600
        return True

    def renew(self, now: int) -> int:
        """Gives a session whose token expired more time."""
        left = self.expires - now
        if left < 0:
            left = 0
        return left


def check_password(user: dict, password: str) -> bool:
    """Whether a password is the user's."""
    return user["password"] == password
''',
    "shop/store.py": '''"""Where users are kept."""

USERS = {"ada": {"password": "lace"}}


def load_user(name: str):
    """The record of a user."""
    return USERS.get(name)
''',
    "shop/cart.py": '''"""Carts, and what they come to."""

from shop.auth import Session


def total(lines, rate):
    """What the lines come to, with tax."""
    price = 0
    count = 0
    for line in lines:
        count += 1
        if line.free:
            continue
        price += line.price * rate
    return price


def checkout(name, password, lines):
    session = Session(name)
    if not session.login(password):
        return None
    due = total(lines, 1.25)
    return due


class Gift(Session):
    def renew(self, now):
        return 0
''',
    "shop/gruesse.py": '''"""Grüße: Umlaute, 漢字 and emoji."""


def grüße(名前):
    """Begrüßt 名前 – höflich…"""
    return f"Grüß Gott, {名前} 🎉"
''',
    "shop/broken.py": "def whole():\n    return 1\n\n\nclass half(\n    def x(self: ]\n",
    "tests/test_cart.py": """from shop.cart import checkout, total


def test_checkout():
    assert checkout("ada", "lace", []) == 0


def test_total():
    assert total([], 1) == 0
""",
    "web/app.ts": """import { render } from "./view";

export function main(): string {
  return render("shop");
}
""",
    "web/view.ts": """export function render(title: string): string {
  return `<h1>${title}</h1>`;
}
""",
    **{f"handlers/h{number:02}.py": f"def handle(event):\n    return {number}\n" for number in range(MANY)},
}


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Writes a project."""
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


@contextmanager
def serving(
    *roots: Path, opener: Opener = open_project, structured: bool | None = None
) -> Iterator[tuple[Service, Server[Any]]]:
    """A server in this process, and what it holds."""
    service = Service(roots, opener)
    try:
        yield service, build_server(service, "1.2.3", structured)
    finally:
        service.close()


class Said:
    """What a tool said, checked against its schema."""

    def __init__(self, tool: str, result: CallToolResult) -> None:
        self.error = result.is_error
        self.text = text_of(result)
        self.data: Any = result.structured_content
        if self.error:
            assert self.data is None, "an error has no structured content, which clients would check against the schema"
        elif self.data is not None:
            Draft202012Validator(dict(TOOLS[tool].output)).validate(self.data)


def text_of(result: CallToolResult) -> str:
    """The text of an answer, of which there is one piece."""
    (content,) = result.content
    assert content.type == "text"
    return content.text


def ask(server: Server[Any], tool: str, /, **arguments: Any) -> Said:
    """One question to a server in this process."""
    (said,) = conversation(server, [(tool, arguments)])
    return said


def conversation(
    server: Server[Any],
    calls: Sequence[tuple[str, dict[str, Any]]],
    *,
    mode: str = "legacy",
    client: str = "test",
    after: Callable[[Client], Awaitable[None]] | None = None,
) -> list[Said]:
    """Questions of one client, one after the other."""
    said: list[Said] = []

    async def talk() -> None:
        info = Implementation(name=client, version="1")
        async with Client(server, mode=mode, client_info=info, raise_exceptions=True) as session:
            for tool, arguments in calls:
                said.append(Said(tool, await session.call_tool(tool, arguments)))
            if after is not None:
                await after(session)

    anyio.run(talk)
    return said
