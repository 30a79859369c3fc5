"""A prompt for SQL: queries over several lines until `;`, a history, names completed with Tab, Ctrl-C for what runs."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import click

from leindex.cli.failure import failure_of
from leindex.cli.screen import Screen, dim
from leindex.cli.tables import Rows, print_table

HELP = """\
A query ends with `;` and may take several lines. Ctrl-C cancels it, Ctrl-D leaves.

  .tables          the tables and functions
  .schema TABLE    the columns of a table, and what they mean
  .help            this
  .quit            leaves
"""
TABLES = "select distinct table_name from columns order by table_name"
FUNCTIONS = "select name, parameters, meaning from functions order by name"
SCHEMA = "select column_name, type, unit, meaning from columns where table_name = '{}' order by position"
#: Lines of the history that are kept.
KEPT = 2000


class Prompt:
    """Reads queries with `read`, asks them with `ask` and prints the rows."""

    def __init__(self, ask: Callable[[str], Rows], screen: Screen, read: Callable[[str], str] = input) -> None:
        self._ask = ask
        self._screen = screen
        self._read = read

    def run(self) -> None:
        """Until the end of the input or `.quit`."""
        query = ""
        while True:
            try:
                line = self._read("leindex> " if not query else "    ...> ")
            except EOFError:
                click.echo()
                return
            except KeyboardInterrupt:
                click.echo()
                query = ""
                continue
            if not query and line.strip().startswith("."):
                if line.split()[0] in (".quit", ".exit", ".q"):
                    return
                self._guarded(lambda line=line: self._command(*line.split()))  # type: ignore[misc]
                continue
            query = f"{query}\n{line}" if query else line.strip()
            if query.rstrip().endswith(";"):
                wanted, query = query.rstrip().rstrip(";"), ""
                if wanted.strip():
                    self._guarded(lambda wanted=wanted: self._answer(wanted))  # type: ignore[misc]

    def _command(self, name: str, *arguments: str) -> None:
        if name == ".help":
            self._screen.text(HELP.rstrip("\n"))
        elif name == ".tables":
            functions = self._ask(FUNCTIONS).rows()
            known = {row["name"] for row in functions}
            names = [row["table_name"] for row in self._ask(TABLES).rows() if row["table_name"] not in known]
            self._screen.text("\n".join(names))
            self._screen.blank()
            self._screen.table([[f"{row['name']}({row['parameters']})", dim(row["meaning"])] for row in functions])
        elif name == ".schema" and arguments:
            table = arguments[0].rstrip(";").strip('"')
            rows = self._ask(SCHEMA.format(table.replace("'", "''"))).rows()
            columns = ("column_name", "type", "unit", "meaning")
            self._screen.table([[row[column] or "" for column in columns] for row in rows])
            if not rows:
                self._screen.line(f"there is no table `{table}`; .tables lists them")
        elif name == ".schema":
            self._screen.line("of which table? `.schema nodes`; .tables lists them")
        else:
            self._screen.line(f"there is no command `{name}`; .help lists them")

    def _answer(self, query: str) -> None:
        start = time.monotonic()
        table = self._ask(query)
        print_table(self._screen, table)
        seconds = time.monotonic() - start
        more = "; there are more: `limit`, or --rows" if table.truncated else ""
        self._screen.line(dim(f"{seconds:.3f} s{more}"))

    def _guarded(self, run: Callable[[], None]) -> None:
        try:
            run()
        except KeyboardInterrupt:
            click.echo("cancelled", err=True)
        except Exception as error:
            click.echo(failure_of(error).message, err=True)
        self._screen.flush()


@contextlib.contextmanager
def history(file: Path, words: Callable[[], list[str]]):  # type: ignore[no-untyped-def]
    """Line editing with a history that outlives the session, where Python has readline."""
    try:
        import readline
    except ImportError:
        yield
        return
    known: list[str] = []

    def complete(text: str, state: int) -> str | None:
        if not known:
            known.extend(words())
        found = [word for word in known if word.startswith(text)]
        return found[state] if state < len(found) else None

    readline.set_completer(complete)
    readline.set_completer_delims(" \t\n,();=<>+-*/'\"")
    readline.parse_and_bind("bind ^I rl_complete" if "libedit" in (readline.__doc__ or "") else "tab: complete")
    readline.set_history_length(KEPT)
    # A history that cannot be read or written is none; the prompt works without.
    with contextlib.suppress(OSError):
        readline.read_history_file(file)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            readline.write_history_file(file)
            file.chmod(0o600)
