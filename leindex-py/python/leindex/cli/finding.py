"""What comes out of a check of `doctor`, and how checks are run: one that raises is a finding, never an end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from leindex.cli.failure import failure_of

REINSTALL = "run `pip install --force-reinstall leindex`"


class Finding(NamedTuple):
    """What came out of a check."""

    subject: str
    #: `ok`, `warning` or `problem`.
    state: str
    said: str
    #: What to do about it.
    advice: str = ""


def tried(subject: str, check: Callable[[Any], Iterator[Finding]], on: Any) -> list[Finding]:
    """The findings of a check on something; what it raises is one about `subject`."""
    findings: list[Finding] = []
    try:
        findings += check(on)
    except Exception as error:
        findings.append(Finding(subject, "problem", failure_of(error).message, REINSTALL))
    return findings
