"""`doctor`: tries out every part, says what is wrong and what to do about it. Exit code 1 when something is."""

from __future__ import annotations

from leindex.cli.command import verb
from leindex.cli.examination import examine
from leindex.cli.finding import Finding
from leindex.cli.screen import Piece, Screen, bad, caution, dim, good
from leindex.cli.session import Session

MARKS = {"ok": good("OK     "), "warning": caution("NOTE   "), "problem": bad("PROBLEM")}


def _print(screen: Screen, sections: dict[str, list[Finding]]) -> None:
    for title, findings in sections.items():
        screen.heading(title)
        for finding in findings:
            pieces: list[Piece] = ["  ", MARKS[finding.state], f"  {finding.subject}: ", dim(finding.said)]
            screen.text(*pieces)
            if finding.advice:
                screen.text("           → ", finding.advice)
    problems = sum(finding.state == "problem" for findings in sections.values() for finding in findings)
    screen.blank()
    screen.line(
        good("all is well") if not problems else bad(f"{problems} problem{'s' if problems > 1 else ''}: see the arrows")
    )


@verb(
    "doctor",
    examples=[
        ("leindex doctor", "checks the grammars, the graph, search, the store, memory, versions and file events"),
        ("leindex doctor --json", "the same as JSON, for a report"),
    ],
)
def doctor(session: Session) -> int:
    """Check that everything works: each part is tried out, and each problem comes with what to do about it.

    Exit code 1 when there is a problem. The project itself is not indexed for it.
    """
    sections = examine(session.root(anywhere=True))
    fine = not any(finding.state == "problem" for findings in sections.values() for finding in findings)
    value = {
        "ok": fine,
        "sections": {title: [finding._asdict() for finding in findings] for title, findings in sections.items()},
    }
    return session.show(value, lambda screen: _print(screen, sections), found=fine)
