"""The command line as a process: what it loads, terminals, pipes, signals, the prompt, watching, two at once."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import leindex

HERE = Path(__file__).parent
SHOP = HERE / "projects" / "cli_shop"
LEINDEX = [sys.executable, "-c", "from leindex.cli import main; main()"]
#: Seconds until a process that says nothing is taken to hang.
PATIENCE = 60.0

#: Environment variables.
Environment = dict[str, str]
#: A project that is watched, and the process that does.
Watching = tuple[Path, subprocess.Popen[str]]

#: A query that takes hours.
ENDLESS = f"select count(*) from {', '.join(f'nodes {name}' for name in 'abcdefgh')} where a.id + h.id < 0"

unix = pytest.mark.skipif(os.name != "posix", reason="terminals and signals of Unix")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A clean environment with a store of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    home = str(tmp_path_factory.mktemp("home"))
    package = str(Path(leindex.__file__).parents[1])
    return {**kept, "LEINDEX_HOME": home, "PYTHONPATH": package, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("process") / "shop"
    shutil.copytree(SHOP, folder)
    (folder / "leindex.toml").write_text("", encoding="utf-8")
    return folder


def run(
    arguments: Sequence[str], folder: Path, environment: Environment, **options: Any
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*LEINDEX, *arguments],
        cwd=folder,
        env=dict(environment),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        stdin=options.pop("stdin", subprocess.DEVNULL),
        **options,
    )


# What is loaded.

HEAVY = {"rich", "mcp", "numpy", "pandas", "pyarrow", "leindex_rust", "asyncio"}
LOADED = """
import sys
from leindex.cli import main
try:
    main()
except SystemExit:
    pass
packages = {name.split(".")[0] for name in sys.modules}
print(*packages, *(name for name in sys.modules if "cli.verbs" in name), file=sys.stderr)
"""


def output(command: Sequence[str], environment: Environment) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=True)


def loaded(arguments: Sequence[str], environment: Environment, **more: str) -> set[str]:
    return set(output([sys.executable, "-c", LOADED, *arguments], {**environment, **more}).stderr.split())


@pytest.mark.parametrize("arguments", [["--help"], [], ["-h"], ["nosuch"]])
def test_the_help_loads_no_verb_and_nothing_heavy(arguments: list[str], environment: Environment) -> None:
    modules = loaded(arguments, environment)
    assert "click" in modules
    assert not modules & HEAVY
    assert not [name for name in modules if "cli.verbs." in name]


@pytest.mark.parametrize("verb", ["callers", "sql", "mcp", "doctor", "watch"])
def test_the_help_of_a_verb_loads_that_verb_alone_and_nothing_heavy(verb: str, environment: Environment) -> None:
    modules = loaded([verb, "--help"], environment)
    assert not modules & HEAVY
    assert len([name for name in modules if "cli.verbs." in name]) == 1


def test_completion_offers_verbs_and_loads_none(environment: Environment) -> None:
    asking = {"_LEINDEX_COMPLETE": "bash_complete", "COMP_WORDS": "leindex ca", "COMP_CWORD": "1"}
    done = output(LEINDEX, {**environment, **asking})
    assert done.stdout.split() == ["plain,callers", "plain,callees"]
    assert not [name for name in loaded([], environment, **asking) if "cli.verbs." in name]


def test_completion_offers_the_options_of_a_verb(environment: Environment) -> None:
    asking = {"_LEINDEX_COMPLETE": "zsh_complete", "COMP_WORDS": "leindex slice --f", "COMP_CWORD": "2"}
    done = output(LEINDEX, {**environment, **asking})
    assert "--forward" in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_is_one_that_the_shell_can_read(shell: str, shop: Path, environment: Environment) -> None:
    script = run(["completion", shell], shop, environment).stdout
    assert f"_LEINDEX_COMPLETE={shell}_complete" in script
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, timeout=PATIENCE)
        assert checked.returncode == 0, checked.stderr


def test_the_package_runs_as_a_module(shop: Path, environment: Environment) -> None:
    command = [sys.executable, "-m", "leindex", "cycles", "--json"]
    done = subprocess.run(
        command, cwd=shop, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert json.loads(done.stdout)["cycles"] == [["src/ring.py", "src/stone.py"]]


# Pipes.


def test_what_is_no_terminal_gets_no_colours_and_no_progress(
    tmp_path: Path, shop: Path, environment: Environment
) -> None:
    fresh = {**environment, "LEINDEX_HOME": str(tmp_path)}
    for arguments in (["index"], ["callers", "total"], ["context", "tax"], ["symbol", "total", "--source"], ["doctor"]):
        done = run(arguments, shop, fresh)
        assert done.returncode == 0, done.stderr
        assert "\x1b" not in done.stdout + done.stderr
        assert done.stderr == ""


@unix
def test_a_pipe_that_closes_early_ends_it_quietly(shop: Path, environment: Environment) -> None:
    query = "select a.symbol from nodes a cross join nodes b cross join nodes c"
    process = subprocess.Popen(
        [*LEINDEX, "sql", query, "--format", "csv", "-q"],
        cwd=shop,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(PATIENCE) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_in_words(shop: Path, environment: Environment) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [*LEINDEX, "files"],
            cwd=shop,
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
        )
    assert done.returncode == 2
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_an_output_of_few_letters_gets_those_that_it_has(shop: Path, environment: Environment, encoding: str) -> None:
    narrow = {**environment, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run([*LEINDEX, "cfg", "total"], cwd=shop, env=narrow, capture_output=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    as_json = subprocess.run(
        [*LEINDEX, "search", "tax", "--json"], cwd=shop, env=narrow, capture_output=True, timeout=PATIENCE
    )
    assert json.loads(as_json.stdout)["hits"]


# Signals.


def started(arguments: Sequence[str], folder: Path, environment: Environment) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*LEINDEX, *arguments],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


@pytest.fixture
def watching(tmp_path: Path, environment: Environment) -> Iterator[Watching]:
    """A project that `leindex watch --json` looks at, and the process."""
    folder = tmp_path / "shop"
    shutil.copytree(SHOP, folder)
    process = started(["-C", str(folder), "watch", "--json", "--pause", "0.05"], tmp_path, environment)
    assert process.stderr is not None
    assert process.stderr.readline().startswith("watching ")
    yield folder, process
    process.kill()
    process.communicate()


@unix
def test_an_interrupt_ends_watching_with_130_and_without_a_trace(watching: Watching) -> None:
    _, process = watching
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, error.strip()) == (130, "", "")


@unix
def test_an_interrupt_ends_a_query_that_goes_on(shop: Path, environment: Environment) -> None:
    process = started(["sql", ENDLESS, "--timeout", "1000"], shop, environment)
    # Nothing says that the query has begun; before it, an interrupt is told alike.
    time.sleep(2)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "Traceback" not in error


# Watching.


def next_change(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    value: dict[str, Any] = json.loads(process.stdout.readline())
    return value


def test_each_change_is_a_line_with_the_symbols_that_differ(watching: Watching) -> None:
    folder, process = watching
    rates = folder / "src" / "rates.py"
    text = rates.read_text(encoding="utf-8")

    def replaced(path: Path, text: str) -> dict[str, Any]:
        beside = folder.parent / "beside"
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
        return next_change(process)

    change = replaced(rates, text.replace("rate = RATES[country]", "rate = RATES.get(country)"))
    assert (change["path"], change["change"]) == ("src/rates.py", "changed")
    assert (change["body"], change["signature"], change["added"]) == (["shop src/rates.py lookup()."], [], [])
    assert re.fullmatch(r"r[0-9a-f]{16}", change["revision"])

    change = replaced(rates, text.replace("def lookup(country):", "def lookup(country, day):"))
    assert "shop src/rates.py lookup()." in change["signature"]

    change = replaced(folder / "src" / "new.py", "def fresh(): ...\n")
    assert (change["change"], "shop src/new.py fresh()." in change["added"]) == ("added", True)

    (folder / "src" / "new.py").unlink()
    change = next_change(process)
    assert (change["change"], "shop src/new.py fresh()." in change["removed"]) == ("removed", True)


def test_watching_may_end_after_so_many_changes(tmp_path: Path, environment: Environment) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(SHOP, folder)
    process = started(["-C", str(folder), "watch", "--count", "1", "--pause", "0.05"], tmp_path, environment)
    assert process.stderr is not None
    process.stderr.readline()
    (folder / "src" / "ring.py").unlink()
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert re.fullmatch(r"\d\d:\d\d:\d\d  src/ring\.py  gone  gone rub, _orphan\n", out)


# Two at once.


def test_doctor_names_the_process_that_holds_the_store(watching: Watching, environment: Environment) -> None:
    folder, process = watching
    report = json.loads(run(["-C", str(folder), "doctor", "--json"], folder, environment).stdout)
    lock = next(finding for finding in report["sections"]["Le Stockage"] if finding["subject"] == "lock")
    holder = f"held by process {process.pid}" if Path("/proc/locks").exists() else "held by another process"
    assert holder in lock["said"]


def test_others_answer_while_one_holds_the_store(watching: Watching, environment: Environment) -> None:
    folder, _ = watching
    others = [started(["-C", str(folder), "callers", "total", "--json"], folder, environment) for _ in range(4)]
    answers = [other.communicate(timeout=PATIENCE) for other in others]
    assert {other.returncode for other in others} == {0}
    assert len({out for out, _ in answers}) == 1
    assert {error for _, error in answers} == {""}


# Terminals.


class Terminal:
    """A process on a terminal of its own."""

    def __init__(self, arguments: Sequence[str], folder: Path, environment: Environment, width: int = 80) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self._seen = ""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))

        def lead() -> None:
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            [*LEINDEX, *arguments],
            cwd=folder,
            env=dict(environment),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lead,
        )
        os.close(slave)

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def until(self, text: str) -> str:
        """What is printed up to and with a text."""
        end = time.monotonic() + PATIENCE
        while text not in self._seen:
            assert time.monotonic() < end, f"{text!r} did not come: {self._seen!r}"
            if not self._read():
                pytest.fail(f"it ended before {text!r}: {self._seen!r}")
        before, _, self._seen = self._seen.partition(text)
        return before + text

    def rest(self) -> str:
        """All that is printed until it ends."""
        while self._read():
            pass
        self.process.wait(PATIENCE)
        os.close(self._master)
        return self._seen.replace("\r\n", "\n")

    def _read(self) -> bool:
        import select

        ready, _, _ = select.select([self._master], [], [], PATIENCE)
        try:
            found = os.read(self._master, 65536) if ready else b""
        except OSError:  # Linux: the other end is closed
            found = b""
        self._seen += found.decode(errors="replace")
        return bool(found)


@unix
def test_a_terminal_gets_colours_unless_it_wants_none(shop: Path, environment: Environment) -> None:
    cases: list[tuple[list[str], dict[str, str], bool]] = [
        ([], {}, True),
        (["--no-color"], {}, False),
        ([], {"NO_COLOR": "1"}, False),
        ([], {"NO_COLOR": ""}, True),
        ([], {"TERM": "dumb"}, False),
    ]
    for options, more, coloured in cases:
        for arguments in (["callers", "total"], ["symbol", "total", "--source"], ["context", "how is tax computed?"]):
            printed = Terminal([*options, *arguments], shop, {**environment, **more}).rest()
            assert ("\x1b[" in printed) == coloured, (options, more, arguments, printed)
            assert "cart" in printed


@unix
def test_json_has_no_colours_on_a_terminal_either(shop: Path, environment: Environment) -> None:
    assert json.loads(Terminal(["cycles", "--json"], shop, environment).rest())["cycles"]


@unix
@pytest.mark.parametrize("width", [40, 72])
def test_lines_are_cut_to_the_width_of_the_terminal(shop: Path, environment: Environment, width: int) -> None:
    for arguments in (["metrics"], ["impact", "lookup"], ["cfg", "total"], ["files"]):
        printed = Terminal(["--no-color", *arguments], shop, environment, width).rest()
        lines = printed.splitlines()
        assert max(len(line) for line in lines) <= width
        assert arguments[0] != "metrics" or any(line.endswith("…") for line in lines)


@unix
def test_an_answer_that_takes_long_is_said_to(shop: Path, environment: Environment) -> None:
    terminal = Terminal(["sql", ENDLESS, "--timeout", "1000"], shop, environment)
    terminal.until("working it out")
    terminal.type("\x03")
    rest = terminal.rest()
    assert terminal.process.returncode == 130
    assert "Traceback" not in rest


@unix
def test_clean_asks_first_and_takes_no_for_an_answer(tmp_path: Path, shop: Path, environment: Environment) -> None:
    own = {**environment, "LEINDEX_HOME": str(tmp_path)}
    store = Path(json.loads(run(["status", "--json"], shop, own).stdout)["store"]["folder"])
    for answer, code, kept in (("n\n", 1, True), ("\x03", 130, True), ("y\n", 0, False)):
        terminal = Terminal(["clean"], shop, own)
        terminal.until("[y/N]")
        # An interrupt between the prompt and the reading of the answer is seen only when something is typed.
        time.sleep(0.3)
        terminal.type(answer)
        terminal.rest()
        assert (terminal.process.returncode, store.exists()) == (code, kept)


@unix
def test_the_prompt_answers_queries_of_several_lines_and_outlives_errors_and_interrupts(
    tmp_path: Path, shop: Path, environment: Environment
) -> None:
    own = {**environment, "LEINDEX_HOME": str(tmp_path), "NO_COLOR": "1"}
    terminal = Terminal(["sql"], shop, own)
    terminal.until("leindex> ")
    terminal.type("select name\n")
    terminal.until("...> ")
    terminal.type("from nodes where kind = 'class' and path = 'src/cart.py';\n")
    printed = terminal.until("leindex> ")
    assert "Shape" in printed
    assert "2 rows" in printed
    terminal.type("select nosuch from nodes;\n")
    assert "nosuch" in terminal.until("leindex> ").split("nodes;")[1]
    terminal.type(".tables\n")
    printed = terminal.until("leindex> ")
    assert "flow_nodes" in printed
    assert "hotspots(" in printed
    terminal.type(".schema nodes\n")
    assert "body_hash" in terminal.until("leindex> ")
    terminal.type(".schema nosuch\n")
    assert "there is no table `nosuch`" in terminal.until("leindex> ")
    terminal.type(".nosuch\n")
    assert ".help lists them" in terminal.until("leindex> ")
    # An interrupt takes back what is typed …
    terminal.type("select 1 +\n")
    terminal.until("...> ")
    terminal.type("\x03")
    terminal.until("leindex> ")
    # … and ends what runs.
    terminal.type(f"{ENDLESS};\n")
    terminal.until("< 0;")
    time.sleep(1)
    terminal.type("\x03")
    assert "cancelled" in terminal.until("leindex> ")
    # What changed meanwhile is seen.
    late = shop / "src" / "late.py"
    late.write_text("class Late: ...\n", encoding="utf-8")
    terminal.type("select path, name from nodes where name = 'Late';\n")
    assert "src/late.py" in terminal.until("1 row")
    late.unlink()
    terminal.until("leindex> ")
    terminal.type(".quit\n")
    terminal.rest()
    assert terminal.process.returncode == 0
    history = tmp_path / "sql_history"
    assert ".schema nodes" in history.read_text(encoding="utf-8")
    assert history.stat().st_mode & 0o077 == 0


# Streams that were closed before the start.


@unix
@pytest.mark.parametrize("closed", ["2>&-", "0<&-", "0<&- 2>&-"])
@pytest.mark.parametrize("arguments", ["files", "callers lookup --json", "index"])
def test_an_answer_needs_no_stream_but_standard_output(
    closed: str, arguments: str, tmp_path: Path, shop: Path, environment: Environment
) -> None:
    out = tmp_path / "out"
    done = run_shell(f'"$@" {arguments} {closed} >"{out}"', shop, environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert out.stat().st_size > 0


@unix
@pytest.mark.parametrize("closed", ["0<&- 1>&-", "0<&- 1>&- 2>&-", "1>&-"])
@pytest.mark.parametrize(
    ("arguments", "code"), [("files", 0), ("sql", 2), ("sql -", 2), ("clean", 2), ("callers nosuchname", 1)]
)
def test_a_verb_ends_with_its_exit_code_whatever_is_closed(
    closed: str, arguments: str, code: int, shop: Path, environment: Environment
) -> None:
    run(["index"], shop, environment)
    done = run_shell(f'"$@" {arguments} {closed}', shop, environment)
    assert done.returncode == code
    assert "isatty" not in done.stderr and "internal error" not in done.stderr


def run_shell(line: str, folder: Path, environment: Environment) -> subprocess.CompletedProcess[str]:
    """Runs a line of the shell, to which the command is `"$@"`."""
    return subprocess.run(
        ["sh", "-c", line, "sh", *LEINDEX],
        cwd=folder,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
    )
