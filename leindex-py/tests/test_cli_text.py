"""How the command line words, draws and lays out: without a project, on answers made by hand."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from leindex.cli import location, progress
from leindex.cli.drawing import MOST_LANES, gutter
from leindex.cli.screen import Screen, Span, bold, cells, name, place, visible
from leindex.cli.wording import descriptor_of, outgoing_row, plural, short, size


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 20 columns with colours."""
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)


def printed(screen: Screen) -> str:
    screen.flush()
    stream: Any = screen._stream
    text: str = stream.getvalue()
    return text


# Names.


@pytest.mark.parametrize(
    ("symbol", "path", "words"),
    [
        ("shop src/auth.py Session#login().", "src/auth.py", "Session.login"),
        ("shop src/auth.py Session#login().", None, "Session.login"),
        ("shop src/auth.py ", "src/auth.py", "auth.py"),
        ("shop src/my auth.py login().", "src/my auth.py", "login"),
        ("my shop src/auth.py login().", "src/auth.py", "login"),
        ("geo src/point.rs impl#[Point][Display]fmt().", None, "Point.fmt"),
        ("geo src/point.rs impl#[Point]new().", None, "Point.new"),
        ("geo point.go [Point]Move().", None, "Point.Move"),
        ("geo Area.java Area#of(int,int).", None, "Area.of(int,int)"),
        ("geo src/lib.rs geometry/Point#x.", None, "geometry.Point.x"),
        ("geo src/lib.rs vec!", None, "vec"),
        ("geo twin.py twin(+1).", None, "twin(+1)"),
        ("geo ops.hs `<+>`().", None, "<+>"),
    ],
)
def test_a_full_name_is_said_as_people_write_it(symbol: str, path: str | None, words: str) -> None:
    assert short(symbol, path) == words


def test_the_descriptor_of_a_path_with_spaces_is_found_by_the_path() -> None:
    assert descriptor_of("shop a b c.py f().", "a b c.py") == "f()."


def test_numbers_are_said_in_words_that_fit() -> None:
    assert [plural(count, "file") for count in (0, 1, 2, 1234)] == ["0 files", "1 file", "2 files", "1,234 files"]
    assert plural(2, "community", "communities") == "2 communities"
    assert [size(count) for count in (0, 999, 1000, 1_500_000, 2e12)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "1.5 MB",
        "2000.0 GB",
    ]


def test_an_edge_says_its_rule_and_that_its_confidence_is_unmeasured() -> None:
    edge = {"path": "a.py", "line": 3, "target": None, "target_name": "f", "kind": "call", "rule": "external"}
    row = outgoing_row({**edge, "confidence": None, "target_path": None, "target_line": None})
    out = Screen(io.StringIO())
    out.table([row])
    assert printed(out) == "a.py:3  f  external, unmeasured\n"


# Drawing.


def test_jumps_are_drawn_as_lanes_beside_the_rows() -> None:
    assert gutter(4, [(0, 2), (3, 1)]) == [
        "  ┌─ ",
        "┌─┼▶ ",
        "│ └▶ ",
        "└─── ",
    ]


def test_lanes_are_shared_by_jumps_that_do_not_meet() -> None:
    assert {len(line) for line in gutter(6, [(0, 1), (2, 3), (4, 5)])} == {3}
    assert len(gutter(6, [(0, 5), (1, 4), (2, 3)])[0]) == 7


def test_a_jump_to_itself_and_no_jump_at_all_are_drawn() -> None:
    assert gutter(2, []) == ["", ""]
    assert gutter(2, [(1, 1)])[1].endswith("▶ ")


def test_a_function_of_many_jumps_does_not_fill_the_line() -> None:
    edges = [(row, 200 - row) for row in range(100)]
    assert max(len(line) for line in gutter(201, edges)) <= 2 * MOST_LANES + 1


# Lines.


def test_columns_are_aligned_and_end_without_blanks() -> None:
    screen = Screen(io.StringIO())
    screen.table([["a", place("x.py", 1), ""], ["10", place("long.py", 22), "end"]], right=(0,), indent="  ")
    assert printed(screen) == "   a  x.py:1\n  10  long.py:22  end\n"


def test_one_long_cell_does_not_push_the_others_away() -> None:
    screen = Screen(io.StringIO())
    screen.table([["x" * 200, "a"], ["y", "b"]])
    long, usual = printed(screen).splitlines()
    assert long == "x" * 200 + "  a"
    assert usual.index("b") < 60


def test_a_line_is_cut_to_the_width_of_a_terminal_in_cells(narrow: None) -> None:
    screen = Screen(Terminal(), colour=False)
    screen.line("0123456789", name("0123456789"), "x")
    screen.line("漢字" * 20)
    ascii_line, wide = printed(screen).splitlines()
    assert ascii_line == "0123456789012345678…"
    assert cells(wide) <= 20
    assert wide.endswith("…")


def test_colours_end_where_they_should_when_a_line_is_cut(narrow: None) -> None:
    screen = Screen(Terminal())
    screen.line("0123456789", name("0123456789012345"))
    assert printed(screen) == "0123456789\x1b[36m012345678…\x1b[0m\n"


def test_what_is_no_terminal_is_neither_cut_nor_coloured(narrow: None) -> None:
    screen = Screen(io.StringIO())
    screen.line(bold("x" * 500))
    assert printed(screen) == "x" * 500 + "\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\rb", r"a\rb"),
        ("a\r\nb", "a\nb"),
        ("\x9b31m", r"\x9b31m"),
        ("safe \u202e evil", r"safe \u202e evil"),
        ("tab\tand ümläut 漢", "tab\tand ümläut 漢"),
    ],
)
def test_control_characters_of_others_are_shown_and_not_obeyed(text: str, shown: str) -> None:
    assert visible(text) == shown
    screen = Screen(Terminal(), colour=False)
    screen.text(Span(text, {"fg": "red"}))
    assert printed(screen) == shown + "\n"


def test_what_stands_on_one_line_stays_on_one_line() -> None:
    screen = Screen(io.StringIO())
    screen.table([["a\nb", "c\td"]])
    assert printed(screen) == "a\\nb  c    d\n"


# Places.


def test_a_home_and_a_disk_are_no_projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert location.is_everything(tmp_path)
    assert location.is_everything(Path(tmp_path.anchor))
    assert not location.is_everything(tmp_path / "project")


def test_a_path_is_named_from_the_root_whatever_folder_it_is_typed_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "src" / "deep").mkdir(parents=True)
    file = tmp_path / "src" / "deep" / "a.py"
    file.write_text("", encoding="utf-8")
    root = str(tmp_path)
    for folder, typed in (("src", "deep/a.py"), ("src/deep", "a.py"), ("src/deep", "../deep/./a.py"), (".", str(file))):
        monkeypatch.chdir(tmp_path / folder)
        assert location.path_in(root, typed) == "src/deep/a.py"
    monkeypatch.chdir(tmp_path / "src")
    assert location.path_in(root, "src/deep/a.py") == "src/deep/a.py"
    assert location.path_in(root, "..") == ""
    assert location.symbol_in(root, "deep/a.py:12") == "src/deep/a.py:12"
    assert location.symbol_in(root, "deep/a.py#f") == "src/deep/a.py#f"
    assert location.symbol_in(root, "deep/a.py") == "src/deep/a.py"
    assert location.symbol_in(root, "deep") == "deep"
    assert location.symbol_in(root, "Session.login") == "Session.login"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_root_behind_a_link_is_the_folder_it_leads_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.py").write_text("", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.chdir(tmp_path / "link")
    assert location.path_in(str(tmp_path / "link"), "a.py") == "a.py"
    assert location.path_in(str(tmp_path / "real"), str(tmp_path / "link" / "a.py")) == "a.py"


# Progress.


def test_progress_is_drawn_on_a_terminal_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with progress.Progress("reading", silent=False) as report:
        assert report is not None
        report(10, 200)
        report(200, 200)
    drawn = stream.getvalue()
    assert "reading" in drawn
    assert "200/200" in drawn
    # The cursor goes back up and the line is cleared.
    assert drawn.rstrip().endswith("\x1b[2K")


def test_quick_work_shows_no_progress_and_loads_no_rich(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with progress.Progress("reading", silent=False) as report:
        assert report is not None
        report(1, 2)
    assert stream.getvalue() == ""


@pytest.mark.parametrize(("terminal", "silent"), [(False, False), (True, True)])
def test_there_is_no_progress_without_a_terminal_or_when_quiet(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, silent: bool
) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal() if terminal else io.StringIO())
    with progress.Progress("reading", silent=silent) as report:
        assert report is None
