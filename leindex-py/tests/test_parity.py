"""What the Python predecessor finds is in our answers: the tables of book/src/parity.md, put to all three surfaces.

The tables are the data: each row names what to ask in Python, on the command line and of the MCP server. The facts that
have to be in the answers are in `parity/facts.toml`. A code span of a row is asked where a case has all that stands for
its capitals; a fact may be in the answer to any of the spans of a row and surface.
"""

from __future__ import annotations

import ast
import json
import re
import shlex
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from mcp_sessions import ask, serving
from parity_facts import HOLDS
from shop_project import copy_of_shop

from leindex.cli.group import leindex as command_line

if TYPE_CHECKING:
    from mcp.server.lowlevel.server import Server

    from leindex import Project

TESTS = Path(__file__).parent
BOOK = (TESTS.parents[1] / "book" / "src" / "parity.md").read_text(encoding="utf-8")
FACTS: dict[str, Any] = tomllib.loads((TESTS / "parity" / "facts.toml").read_text(encoding="utf-8"))
PREDECESSOR = FACTS.pop("predecessor")

#: What stands for something, in a row or in a query.
CAPITALS = re.compile(r"\b[A-Z]{4,}\b")
#: What a case may have in such places. `VARIABLE` may be missing: then it is left out of the question.
GIVEN = ("FILE", "LINE", "NAME", "VARIABLE", "QUERY", "PATTERN", "MODULE", "BASE")
#: What a case changes in the project before it asks.
CHANGES = ("added", "edited")
SURFACES = ("Python", "command line", "MCP")

Case = Mapping[str, Any]


# The book.


@dataclass(frozen=True)
class Row:
    """A row of a table: what to ask for a command of the predecessor."""

    command: str
    #: Code spans by surface.
    asks: Mapping[str, Sequence[str]]


def tables(head: str) -> Iterator[list[list[str]]]:
    """The tables of the book whose heads begin so: their rows, as cells."""
    for block in re.findall(r"(?:^\|.*\n)+", BOOK, re.MULTILINE):
        lines = [[cell.strip() for cell in line.strip().strip("|").split(" | ")] for line in block.splitlines()]
        if block.startswith(head):
            yield lines[2:]


def spans(text: str) -> list[str]:
    """The code in some text."""
    return re.findall(r"`([^`]+)`", text)


ROWS = {
    spans(cells[0])[0]: Row(spans(cells[0])[0], dict(zip(SURFACES, map(spans, cells[1:4]), strict=True)))
    for table in tables("| command | Python ")
    for cells in table
}
#: Queries by the word that stands for them.
QUERIES = dict(re.findall(r"^`([A-Z]+)`, [^\n]*? is\n\n```sql\n(.*?)\n```", BOOK, re.MULTILINE | re.DOTALL))


def test_every_command_and_tool_of_the_predecessor_has_a_row() -> None:
    named = [span for table in tables("| command |") for cells in table for span in spans(cells[0])]
    missing = [name for name in (*PREDECESSOR["commands"], *PREDECESSOR["tools"]) if name not in named]
    assert not missing, f"no row in the book for {missing}"


def test_every_layer_of_the_predecessor_has_a_table() -> None:
    sections = re.split(r"^## ", BOOK, flags=re.MULTILINE)[1:]
    told = {section.partition("\n")[0].lower() for section in sections if "\n| command | Python " in section}
    assert told >= set(PREDECESSOR["layers"])


def test_every_row_has_facts_and_an_answer_on_every_surface_and_all_facts_a_row() -> None:
    assert ROWS.keys() == FACTS.keys()
    for row in ROWS.values():
        for surface in SURFACES:
            assert row.asks[surface], f"`{row.command}` has nothing to ask in {surface}"
    for command, cases in FACTS.items():
        for case in cases:
            assert facts_of(case), f"a case of `{command}` has no facts: {case}"


def facts_of(case: Case) -> dict[str, Any]:
    """The facts of a case, by what they say."""
    return {key: value for key, value in case.items() if key not in GIVEN and key not in CHANGES}


# The surfaces.


@dataclass
class Opened:
    """A copy of the fixture, open to all three surfaces."""

    root: Path
    project: Project
    server: Server[Any]

    def answers(self, row: Row, surface: str, case: Case) -> list[Any]:
        """What a surface answers to a row, as plain data, for each of its spans that the case has words for."""
        asked = [span for span in row.asks[surface] if fits(span, case)]
        assert asked, f"nothing of `{row.command}` can be asked in {surface} about {case}"
        return [ASK[surface](self, span, words_for(case)) for span in asked]


def fits(span: str, case: Case) -> bool:
    """Whether a case has all that stands for the capitals of a span."""
    needed = {word for word in CAPITALS.findall(span) if word in GIVEN or word in QUERIES}
    needed |= {word for query in needed & QUERIES.keys() for word in CAPITALS.findall(QUERIES[query])}
    return all(word == "VARIABLE" or word not in GIVEN or word in case for word in needed)


def words_for(case: Case) -> dict[str, Any]:
    """What the capitals stand for: queries, with what stands for theirs put in, and what the case gives."""
    given = {word: case.get(word) for word in GIVEN}
    return {**given, **{name: filled(query, given) for name, query in QUERIES.items()}}


def in_python(opened: Opened, span: str, words: Mapping[str, Any]) -> Any:
    found = evaluated(ast.parse(span, mode="eval").body, {**words, "project": opened.project})
    return found.rows() if hasattr(found, "rows") and hasattr(found, "num_rows") else plain(found)


def plain(found: Any) -> Any:
    """An answer of the package as dicts and lists."""
    if hasattr(found, "to_dict"):
        return found.to_dict()
    return [plain(entry) for entry in found] if isinstance(found, Sequence) and not isinstance(found, str) else found


def on_the_command_line(opened: Opened, span: str, words: Mapping[str, Any]) -> Any:
    program, *arguments = shlex.split(span)
    assert program == "leindex"
    without = [word for word in arguments if word not in words or words[word] is not None]
    asked = [filled(argument, words) for argument in without]
    result = CliRunner().invoke(command_line, ["-C", str(opened.root), *asked, "--json"])
    # 1 says that nothing was found, which is an answer.
    assert result.exit_code in (0, 1), f"{span}, as {asked}: exit code {result.exit_code}\n{result.output}"
    return json.loads(result.stdout)


def of_the_mcp_server(opened: Opened, span: str, words: Mapping[str, Any]) -> Any:
    call = ast.parse(span, mode="eval").body
    assert isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and not call.args
    given = {str(keyword.arg): evaluated(keyword.value, words) for keyword in call.keywords}
    said = ask(opened.server, call.func.id, **{name: value for name, value in given.items() if value is not None})
    assert not said.error, f"{span} with {given}: {said.text}"
    assert said.data is not None
    for result in said.data.get("results", ()):
        result["rows"] = [dict(zip(result["columns"], row, strict=True)) for row in result["rows"]]
        assert not result["truncated"]
    return said.data


def evaluated(expression: ast.expr, words: Mapping[str, Any]) -> Any:
    """The value of a Python expression in which capitals stand for words, in its texts, too."""

    class Filled(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.Constant:
            return ast.Constant(filled(node.value, words)) if isinstance(node.value, str) else node

    whole = ast.fix_missing_locations(ast.Expression(Filled().visit(expression)))
    return eval(compile(whole, "parity.md", "eval"), {"__builtins__": {}}, dict(words))


def filled(text: str, words: Mapping[str, Any]) -> str:
    """A text with words instead of their capitals."""
    return CAPITALS.sub(lambda word: str(word[0] if words.get(word[0]) is None else words[word[0]]), text)


ASK: dict[str, Callable[[Opened, str, Mapping[str, Any]], Any]] = {
    "Python": in_python,
    "command line": on_the_command_line,
    "MCP": of_the_mcp_server,
}


@pytest.fixture(scope="module")
def opener(native: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Case], Opened]]:
    """Opens a copy of the fixture with the changes of a case, or the one that all cases without any share."""
    with ExitStack() as stack:
        shared: list[Opened] = []

        def opened(case: Case) -> Opened:
            import leindex

            changed = any(key in case for key in CHANGES)
            if shared and not changed:
                return shared[0]
            root = copy_of_shop(tmp_path_factory.mktemp("parity") / "shop")
            if "added" in case:
                path, text = case["added"]
                (root / path).write_text(text, encoding="utf-8")
            if "edited" in case:
                path, before, after = case["edited"]
                text = (root / path).read_text(encoding="utf-8")
                assert text.count(before) == 1
                (root / path).write_text(text.replace(before, after), encoding="utf-8")
            project = stack.enter_context(leindex.Project(root))
            _, server = stack.enter_context(serving(root))
            found = Opened(root, project, server)
            if not changed:
                shared.append(found)
            return found

        yield opened


# What it finds.


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("command", ROWS)
def test_what_the_predecessor_finds_is_in_our_answer(
    opener: Callable[[Case], Opened], command: str, surface: str
) -> None:
    missing = []
    for case in FACTS[command]:
        given = {word: case[word] for word in GIVEN if word in case}
        answers = opener(case).answers(ROWS[command], surface, case)
        for about, facts in facts_of(case).items():
            for fact in facts:
                # Lines of a slice are numbers of the file that was asked about.
                wanted = f"{case['FILE']} {fact}" if about == "sliced" else fact
                if not HOLDS[about](answers, wanted):
                    missing.append(f"{given}: {about} {wanted!r}")
                for other in others(wanted):
                    assert not HOLDS[about](answers, other), f"{about} {other!r} is taken for a fact"
    assert not missing, f"`{command}` in {surface} lacks:\n" + "\n".join(missing)


def others(fact: str) -> list[str]:
    """What is nearly a fact and is none: one that holds as well says that the test cannot fail."""
    return [f"9{fact}"] if "-" in fact else [f"9{fact}", f"{fact}9"]


# What is not needed.


@pytest.mark.parametrize("surface", SURFACES)
def test_nobody_has_to_be_notified_of_a_change(opener: Callable[[Case], Opened], surface: str) -> None:
    opened = opener({"edited": ["shop/store.py", "USERS.get(name)", "USERS.get(name)"]})
    row, case = ROWS["impact"], {"NAME": "find_user"}
    assert not HOLDS["reached"](opened.answers(row, surface, case), "shop/visit.py visit")
    visit = "from shop.store import find_user\n\n\ndef visit():\n    return find_user('ada')\n"
    (opened.root / "shop" / "visit.py").write_text(visit, encoding="utf-8")
    assert HOLDS["reached"](opened.answers(row, surface, case), "shop/visit.py visit")


@pytest.mark.parametrize("surface", SURFACES)
def test_nothing_has_to_be_warmed_or_indexed_before_a_first_question_by_meaning(
    opener: Callable[[Case], Opened], surface: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEINDEX_HOME", str(tmp_path))
    opened = opener({"edited": ["shop/store.py", "USERS.get(name)", "USERS.get(name)"]})
    case = {"QUERY": "prices multiplied by a tax factor"}
    assert HOLDS["hit"](opened.answers(ROWS["semantic search"], surface, case), "shop/rates.py lookup")
