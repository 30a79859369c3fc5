"""The server as clients meet it: a process over stdio and over HTTP, asked by the SDK and by bare requests."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp_sessions import SHOP, write

import leindex
from leindex.mcp import serve
from leindex.mcp.serving import listening as bound

PYTHON = Path(leindex.__file__).parent.parent
#: Takes far longer than a test, and ends when it is cancelled.
LONG = "select count(*) from nodes a, nodes b, nodes c, nodes d, nodes e, nodes f"
STARTS = "import sys, leindex.mcp; leindex.mcp.serve(sys.argv[2:], http=sys.argv[1] == 'http', port=0)"
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 0,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "bare", "version": "1"},
    },
}
INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "shop", SHOP)


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(PYTHON)}


def call_of(number: int, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    params = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


@contextmanager
def process(how: str, *roots: Path, **more: Any) -> Iterator[subprocess.Popen[str]]:
    """A server in a process of its own."""
    started = subprocess.Popen(
        [sys.executable, "-c", STARTS, how, *map(str, roots)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment(),
        **more,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def send(server: subprocess.Popen[str], *messages: dict[str, Any]) -> None:
    assert server.stdin is not None
    server.stdin.write("".join(json.dumps(message) + "\n" for message in messages))
    server.stdin.flush()


def receive(server: subprocess.Popen[str], number: int) -> dict[str, Any]:
    """The answer to a request. Whatever else is on stdout has to be the protocol's."""
    assert server.stdout is not None
    for line in server.stdout:
        message: dict[str, Any] = json.loads(line)
        assert message["jsonrpc"] == "2.0"
        if message.get("id") == number:
            return message
    raise AssertionError("the server ended without an answer")


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_the_clients_of_the_sdk_list_and_call_over_stdio(folder: Path, mode: str) -> None:
    parameters = StdioServerParameters(
        command=sys.executable, args=["-c", STARTS, "stdio", str(folder)], env=environment()
    )

    async def talk() -> None:
        async with Client(parameters, mode=mode) as client:
            assert len((await client.list_tools()).tools) == 7
            found = await client.call_tool("leindex_symbol", {"name": "Session.login"})
            assert not found.is_error
            with anyio.move_on_after(0.5):
                await client.call_tool("leindex_sql", {"query": LONG})
            again = await client.call_tool("leindex_status", {})
            assert again.structured_content["usage"]["tools"]["leindex_sql"]["cancelled"] == 1
            (resource,) = (await client.list_resources()).resources
            assert (await client.read_resource(resource.uri)).contents

    anyio.run(talk)


def test_stdout_carries_the_protocol_alone_and_stderr_no_traceback(folder: Path) -> None:
    with process("stdio", folder) as server:
        send(server, INITIALIZE, INITIALIZED, call_of(1, "leindex_search", {"query": "grüße"}))
        answer = receive(server, 1)
        assert "grüße" in answer["result"]["content"][0]["text"]
        send(
            server, call_of(2, "leindex_search", {"query": ""}), call_of(3, "leindex_slice", {"path": "..", "line": 1})
        )
        assert receive(server, 2)["result"]["isError"]
        assert receive(server, 3)["result"]["isError"]
        output, errors = server.communicate(timeout=30)
        assert output == ""
        assert errors == ""
        assert server.returncode == 0


@pytest.mark.parametrize(
    "rubbish", ["not json\n", "{}\n", "[1, 2]\n", '{"jsonrpc": "2.0"}\n', "\x00\x01\x02\n", "[" * 5000]
)
def test_rubbish_on_stdin_does_not_end_the_server(folder: Path, rubbish: str) -> None:
    with process("stdio", folder) as server:
        send(server, INITIALIZE, INITIALIZED)
        assert server.stdin is not None
        server.stdin.write(rubbish + "\n")
        send(server, call_of(1, "leindex_search", {"query": "login"}))
        assert "login" in receive(server, 1)["result"]["content"][0]["text"]


ARGUMENTS = '"method":"tools/call","params":{"name":"leindex_search","arguments":{"query":%s}}'
DEEP = "[" * 900 + "]" * 900
UNREADABLE: list[tuple[str, int | str | None, int]] = [
    (f'{{"jsonrpc":"2.0","id":11,{ARGUMENTS}}}' % '"\\ud800"', 11, -32700),
    ('{"jsonrpc":"2.0","id":12,"method":"tools/list","params":[]}', 12, -32600),
    ('{"jsonrpc":"1.0","id":13,"method":"tools/list"}', 13, -32600),
    (f'{{"jsonrpc":"2.0","id":14,{ARGUMENTS}}}' % ("9" * 5000), 14, -32700),
    (f'{{"jsonrpc":"2.0","id":"a 15",{ARGUMENTS}}}' % DEEP, "a 15", -32700),
    (f'{{{ARGUMENTS},"id":16,"jsonrpc":"2.0"}}' % DEEP, 16, -32700),
    ('[{"jsonrpc":"2.0","id":17,"method":"tools/list"}]', None, -32600),
    ('{"jsonrpc":"2.0","id":18,"method":"ping"', 18, -32700),
    ('{"jsonrpc":"2.0","method":"ping","params":{"id":19},"x":}', None, -32700),
    ("not json", None, -32700),
]


def test_a_line_that_is_no_message_is_answered_with_an_error_and_its_id(folder: Path) -> None:
    with process("stdio", folder) as server:
        send(server, INITIALIZE, INITIALIZED)
        receive(server, 0)
        assert server.stdin is not None and server.stdout is not None
        for line, number, code in UNREADABLE:
            # What may be an answer itself gets none: two sides would go on answering each other.
            server.stdin.write('{"jsonrpc":"2.0","id":3,"result":7}\n' + line + "\n")
            server.stdin.flush()
            answer = json.loads(server.stdout.readline())
            assert (answer["id"], answer["error"]["code"]) == (number, code), line[:100]
            assert answer["error"]["message"]
        send(server, call_of(1, "leindex_search", {"query": "login"}))
        assert "login" in receive(server, 1)["result"]["content"][0]["text"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_a_signal_in_the_middle_of_a_request_over_http_prints_no_traceback(folder: Path) -> None:
    with listening(folder) as (_, port, server), socket.create_connection(("127.0.0.1", port)) as half:
        head = f"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        half.sendall(f'{head}Accept: application/json, text/event-stream\r\nContent-Length: 999\r\n\r\n{{"js'.encode())
        time.sleep(0.5)
        server.terminate()
        server.wait(timeout=20)
        assert server.stderr is not None
        assert "Traceback" not in server.stderr.read()


@pytest.mark.parametrize("how", ["closes stdin", "closes both"])
def test_a_client_that_hangs_up_in_mid_call_ends_the_server_cleanly(folder: Path, how: str) -> None:
    with process("stdio", folder) as server:
        send(server, INITIALIZE, INITIALIZED, call_of(1, "leindex_search", {"query": "login"}))
        receive(server, 1)
        send(server, call_of(2, "leindex_sql", {"query": LONG}))
        time.sleep(0.5)
        assert server.stdin is not None and server.stdout is not None and server.stderr is not None
        if how == "closes both":
            server.stdout.close()
            send(server, call_of(3, "leindex_search", {"query": "login"}))
        server.stdin.close()
        assert server.wait(timeout=20) == 0
        assert "Traceback" not in server.stderr.read()
        server.stdin = None


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_server_although_its_client_is_still_there(
    folder: Path, number: signal.Signals, status: int
) -> None:
    with process("stdio", folder) as server:
        send(server, INITIALIZE, INITIALIZED, call_of(1, "leindex_search", {"query": "login"}))
        receive(server, 1)
        server.send_signal(number)
        assert server.wait(timeout=20) == status
        assert server.stderr is not None
        assert "Traceback" not in server.stderr.read()


def test_two_servers_serve_one_project_at_a_time(folder: Path) -> None:
    with process("stdio", folder) as one, process("stdio", folder) as other:
        for server in (one, other):
            send(server, INITIALIZE, INITIALIZED, call_of(1, "leindex_symbol", {"name": "total"}))
        answers = [receive(server, 1)["result"] for server in (one, other)]
        assert answers[0] == answers[1]
        assert not answers[0]["isError"]
        (folder / "shop" / "more.py").write_text("def total_of_more():\n    return 1\n")
        for server in (one, other):
            send(server, call_of(2, "leindex_symbol", {"name": "total_of_more"}))
            assert not receive(server, 2)["result"]["isError"]


@contextmanager
def listening(*roots: Path) -> Iterator[tuple[str, int, subprocess.Popen[str]]]:
    """A server over HTTP: its address, its port, and its process."""
    with process("http", *roots) as server:
        assert server.stderr is not None
        line = server.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/mcp", line)
        assert found is not None, line
        yield found[0], int(found[1]), server


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_the_clients_of_the_sdk_list_and_call_over_http(folder: Path, mode: str) -> None:
    with listening(folder) as (url, _, _):
        heard: list[float] = []

        async def listen(progress: float, total: float | None, message: str | None) -> None:
            heard.append(progress)

        async def talk() -> None:
            async with Client(url, mode=mode) as client:
                assert len((await client.list_tools()).tools) == 7
                call = client.call_tool("leindex_search", {"query": "login"}, progress_callback=listen)
                assert not (await call).is_error
                assert heard, "the first index reports progress"
                with anyio.move_on_after(0.5):
                    await client.call_tool("leindex_sql", {"query": LONG})
                await anyio.sleep(0.3)
                status = (await client.call_tool("leindex_status", {})).structured_content
                assert status["usage"]["tools"]["leindex_sql"]["cancelled"] == 1

        anyio.run(talk)


def post(port: int, message: dict[str, Any], **headers: str) -> tuple[int, str]:
    """A bare request; the status and the body of the response."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    body = json.dumps(message)
    sent = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    connection.request(
        "POST", "/mcp", body, {**sent, **{name.replace("_", "-"): value for name, value in headers.items()}}
    )
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text


MODERN = {"MCP_Protocol_Version": "2026-07-28"}
REFUSED: list[tuple[dict[str, str], int]] = [
    ({"Host": "evil.example"}, 421),
    ({"Host": "evil.example:80"}, 421),
    ({"Host": "127.0.0.1"}, 421),
    ({"Host": "127.0.0.1:1"}, 421),
    ({"Host": "localhost.evil.example:{port}"}, 421),
    ({"Origin": "http://evil.example"}, 403),
    ({"Origin": "https://127.0.0.1:{port}"}, 403),
    ({"Origin": "http://localhost:1"}, 403),
    ({"Origin": "null"}, 403),
    ({"Content_Type": "text/plain"}, 400),
    ({"Host": "evil.example", **MODERN}, 421),
    ({"Origin": "http://evil.example", **MODERN}, 403),
]


def test_requests_of_foreign_pages_are_refused_and_those_of_this_machine_taken(folder: Path) -> None:
    with listening(folder) as (_, port, server):
        for headers, status in REFUSED:
            asked = {name: value.format(port=port) for name, value in headers.items()}
            assert post(port, INITIALIZE, **asked)[0] == status, asked
        for headers in (
            {},
            {"Host": f"localhost:{port}"},
            {"Origin": f"http://localhost:{port}"},
            {"Origin": f"http://127.0.0.1:{port}"},
        ):
            status, text = post(port, INITIALIZE, **headers)
            assert status == 200, headers
            assert "leindex" in text
        assert server.poll() is None


def test_a_client_that_hangs_up_in_mid_call_leaves_the_http_server_to_the_others(folder: Path) -> None:
    with listening(folder) as (url, port, server):
        for _ in range(3):
            meta = {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
            }
            message = call_of(1, "leindex_sql", {"query": LONG})
            message["params"]["_meta"] = meta
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            headers = {
                "Content-Type": "application/json",
                "Accept": "application/json, text/event-stream",
                "MCP-Protocol-Version": "2026-07-28",
                "Mcp-Method": "tools/call",
                "Mcp-Name": "leindex_sql",
            }
            connection.request("POST", "/mcp", json.dumps(message), headers)
            time.sleep(0.5)
            connection.close()

        async def talk() -> None:
            async with Client(url) as client:
                status = (await client.call_tool("leindex_status", {})).structured_content
                tools = status["usage"]["tools"]["leindex_sql"]
                assert (tools["calls"], tools["cancelled"]) == (3, 3)
                assert not (await client.call_tool("leindex_search", {"query": "login"})).is_error

        anyio.run(talk)
        server.terminate()
        server.wait(timeout=20)
        assert server.stderr is not None
        assert "Traceback" not in server.stderr.read()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.org", "", "127.0.0.1.example.org"])
def test_the_server_listens_on_this_machine_alone(host: str) -> None:
    with pytest.raises(leindex.RequestError, match="of this machine alone"):
        bound(host, 0)


def test_a_port_that_is_taken_is_said_to_be(folder: Path) -> None:
    with listening(folder) as (_, port, _), pytest.raises(leindex.RequestError, match="name another one"):
        bound("127.0.0.1", port)
    with pytest.raises(leindex.RequestError, match="does not exist"):
        bound("127.0.0.1", 70_000)


def test_roots_that_are_none_are_refused_before_anything_is_served(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(leindex.ProjectError, match="does not exist"):
        serve([tmp_path / "nowhere"])
    with pytest.raises(leindex.ProjectError, match="is no folder"):
        serve([folder / "shop" / "cart.py"])
    monkeypatch.chdir("/")
    with pytest.raises(leindex.ProjectError, match="no project is named"):
        serve()


def test_without_a_root_the_current_folder_is_served(folder: Path) -> None:
    with process("stdio", cwd=folder) as server:
        send(server, INITIALIZE, INITIALIZED, call_of(1, "leindex_status", {}))
        (project,) = receive(server, 1)["result"]["structuredContent"]["projects"]
        assert project["path"] == str(folder.resolve())
