"""What went wrong, for people and for programs: a message that says what to do next, and an exit code. Never a trace.

With `--json` an error is one JSON value on standard output, `{"error": {"type", "message", …}}`, so that a program that
asked for JSON never reads nothing. People find the message on standard error in any case.
"""

from __future__ import annotations

import errno
import io
import json
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import click

ANSWERED = 0
NOTHING_FOUND = 1
FAILED = 2
INTERRUPTED = 130

#: Candidates of an ambiguous name that are listed.
LISTED = 20
#: Characters of a message that people are shown: it may quote what they typed.
LONGEST = 3000
#: Characters of what they typed that it repeats.
LONGEST_QUOTED = 200

_LONG_QUOTE = re.compile(f"`([^`\n]{{{LONGEST_QUOTED + 1},}})`")
#: What an exception of the engine may carry besides its message.
DETAILS = ("path", "line", "name", "nearest", "candidates", "variables")


class Failure(NamedTuple):
    """An error as it is told."""

    code: int
    type: str
    message: str
    details: dict[str, Any]


class ClosedPipe(Exception):
    """Whoever reads the output has had enough. click would end with 1."""


class Stop(click.ClickException):
    """An end with a message."""

    exit_code = FAILED


class NothingDone(Stop):
    """An end with a message that is no error."""

    exit_code = NOTHING_FOUND


def guarded(run: Callable[[], Any], arguments: list[str]) -> int:
    """Runs the command line and gives the exit code; whatever happens is told in a line or two."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A letter that the terminal lacks is no reason to fail.
            stream.reconfigure(errors="replace")
    try:
        code = run()
        _flush()
        return code if isinstance(code, int) else ANSWERED
    except SystemExit:
        raise
    except BaseException as error:
        return _tell(error, arguments)


def _open_closed_streams() -> None:
    """Opens on nothing what was closed before the start. A free descriptor would be given to the next file that is
    opened, a store perhaps, and messages written into that."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:
            continue
        with suppress(OSError):
            try:
                os.fstat(number)
            except OSError:
                # The lowest that is free, which is this one: those below it are open by now.
                os.open(os.devnull, os.O_RDWR)
        setattr(sys, name, open(os.devnull, "w" if number else "r", encoding="utf-8"))  # noqa: SIM115


def _tell(error: BaseException, arguments: list[str]) -> int:
    if _is_interrupt(error):
        return INTERRUPTED
    if _is_closed_pipe(error):
        _forget_stdout()
        return ANSWERED
    if os.environ.get("LEINDEX_DEBUG"):
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    failure = failure_of(error)
    failure = failure._replace(message=_shortened(failure.message, arguments))
    try:
        if "--json" in arguments[: arguments.index("--") if "--" in arguments else None]:
            details = {"type": failure.type, "message": failure.message, **failure.details}
            print(json.dumps({"error": details}, ensure_ascii=True))
        if isinstance(error, click.UsageError):
            vars(error)["message"] = _shortened(error.message, arguments)
            error.show()
        else:
            click.echo(f"leindex: {_for_people(failure.message)}", err=True)
        _flush()
    except OSError:
        _forget_stdout()
    return failure.code


def _shortened(message: str, arguments: list[str]) -> str:
    """A message that repeats no more than the beginning of what was typed."""
    for typed in {*arguments, *(argument.partition("=")[2] for argument in arguments)}:
        begins, at = typed[:LONGEST_QUOTED], 0
        while len(typed) > LONGEST_QUOTED and (at := message.find(begins, at)) >= 0:
            # The engine may have cut it already, further on.
            pairs = enumerate(zip(message[at:], typed, strict=False))
            same = next((place for place, (said, meant) in pairs if said != meant), min(len(message) - at, len(typed)))
            at += LONGEST_QUOTED
            message = f"{message[:at]}…{message[at + same - LONGEST_QUOTED :]}"
    return _LONG_QUOTE.sub(lambda found: f"`{found[1][:LONGEST_QUOTED]}…`", message)


def _for_people(message: str) -> str:
    """A message that fits a screen, whatever it quotes; control characters in it are shown."""
    from leindex.cli.screen import visible

    cut = message if len(message) <= LONGEST else f"{message[: LONGEST // 2]} … {message[-LONGEST // 2 :]}"
    return visible(cut)


def failure_of(error: BaseException) -> Failure:
    """How an exception is told."""
    kind = type(error).__name__
    if isinstance(error, click.ClickException):
        kind = "UsageError" if isinstance(error, click.UsageError) else "Error"
        return Failure(error.exit_code, kind, error.format_message(), {})
    if is_of_the_engine(error):
        details = {name: getattr(error, name) for name in DETAILS if hasattr(error, name)}
        code = NOTHING_FOUND if kind == "SymbolNotFoundError" else FAILED
        return Failure(code, kind, _message(error, details), details)
    if isinstance(error, ImportError):
        return Failure(FAILED, kind, _not_installed(error), {})
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return Failure(FAILED, kind, f"{place}{error.strerror}", {})
    said = " ".join(str(error).split())
    message = f"internal error: {kind}: {said}\nThis is a defect of leindex. "
    if os.environ.get("LEINDEX_DEBUG"):
        message += "Please report it with the lines above."
    else:
        message += "Please report it with what `LEINDEX_DEBUG=1` before the same command prints."
    return Failure(FAILED, kind, message, {})


def is_of_the_engine(error: BaseException) -> bool:
    """Whether the engine raised it: told by name, so that nothing is loaded to find out."""
    return any(base.__name__ == "LeIndexError" for base in type(error).__mro__)


def _not_installed(error: ImportError) -> str:
    said = str(error)
    if "pip install" in said:
        return said
    missing = (error.name or "").split(".")[0]
    what = "the native module cannot be loaded" if missing == "leindex_rust" else "a part of leindex cannot be loaded"
    return f"{what}: {said}; run `pip install --force-reinstall leindex`"


def _message(error: BaseException, details: dict[str, Any]) -> str:
    candidates = details.get("candidates")
    if type(error).__name__ != "AmbiguousSymbolError" or not candidates:
        return str(error)
    from leindex.cli.wording import short

    lines = [f"`{details.get('name')}` is the name of {len(candidates)} symbols; say which:"]
    lines += [f"  {short(candidate)}: '{candidate}'" for candidate in candidates[:LISTED]]
    if len(candidates) > LISTED:
        lines.append(f"  and {len(candidates) - LISTED} more: `leindex symbols {details.get('name')}` lists them")
    return "\n".join(lines)


def _is_interrupt(error: BaseException) -> bool:
    # click turns an interrupt into `Abort`, and says nothing of which of the two that it stands for.
    if isinstance(error, click.Abort):
        return True
    return isinstance(error, KeyboardInterrupt)


def _is_closed_pipe(error: BaseException) -> bool:
    return isinstance(error, ClosedPipe) or (isinstance(error, OSError) and error.errno == errno.EPIPE)


def _flush() -> None:
    sys.stdout.flush()


def _forget_stdout() -> None:
    """Lets the interpreter flush into nothing at its end, where it would complain of the closed pipe."""
    try:
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, sys.stdout.fileno())
    except (OSError, ValueError):
        pass
