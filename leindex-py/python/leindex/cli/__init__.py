"""La Passerelle, on the command line: `leindex VERB`.

A shell over `leindex.Project`: it knows how to ask and how to print, and nothing of how an answer is found. What a verb
needs is imported when that verb runs: `leindex --help` stays quick, and loads neither the native module nor rich.

The order of things: `catalogue` lists the verbs, `group` finds one, `command` is what all verbs share, `session` opens
projects and asks them, `screen` prints, `failure` says what went wrong; `verbs/` holds a file for each group of verbs.
"""

from __future__ import annotations

from typing import NoReturn

__all__ = ["main"]


def main(prog_name: str = "leindex") -> NoReturn:
    """Runs the command line on the arguments of the process, and exits."""
    try:
        from leindex.cli.group import leindex
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    # Named, because completion looks for the name of the program in the environment.
    leindex.main(prog_name=prog_name, complete_var="_LEINDEX_COMPLETE")
    raise SystemExit(0)
