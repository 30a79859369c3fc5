"""Draws jumps beside numbered rows: each edge has a lane of its own to the left, as disassemblers draw branches.

Knows rows and edges only; what they mean is said by who prints the rows.
"""

from __future__ import annotations

from collections.abc import Sequence

#: Lanes that are drawn; further edges are left to the labels.
MOST_LANES = 12

_LEFT, _RIGHT, _UP, _DOWN = 1, 2, 4, 8
_STROKES = {
    0: " ",
    _LEFT | _RIGHT: "─",
    _RIGHT: "─",
    _LEFT: "─",
    _UP | _DOWN: "│",
    _DOWN | _RIGHT: "┌",
    _UP | _RIGHT: "└",
    _UP | _DOWN | _RIGHT: "├",
    _DOWN | _LEFT | _RIGHT: "┬",
    _UP | _LEFT | _RIGHT: "┴",
    _UP | _DOWN | _LEFT | _RIGHT: "┼",
}


def gutter(rows: int, edges: Sequence[tuple[int, int]]) -> list[str]:
    """A string for each row, all of one width: the lanes of the edges `(from, to)`, with `▶` where one ends."""
    lanes = _lanes(edges)
    count = max(lanes.values(), default=-1) + 1
    width = 2 * count
    strokes = [[0] * width for _ in range(rows)]
    ends = {target for (_, target) in lanes}
    for (source, target), lane in lanes.items():
        top, bottom = min(source, target), max(source, target)
        # Lane 0 lies next to the rows, the others to its left.
        column = width - 2 - 2 * lane
        for row in range(top, bottom + 1):
            strokes[row][column] |= (_UP if row > top else 0) | (_DOWN if row < bottom else 0)
        for row in (source, target):
            strokes[row][column] |= _RIGHT
            for right in range(column + 1, width):
                strokes[row][right] |= _LEFT | _RIGHT
    drawn = []
    for row, line in enumerate(strokes):
        text = "".join(_STROKES.get(stroke, "┼") for stroke in line)
        drawn.append(text[:-1] + ("▶ " if row in ends else f"{text[-1]} ") if count else "")
    return drawn


def _lanes(edges: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """The lane of each edge: short ones next to the rows, none on a stretch of a lane that another has."""
    taken: list[list[tuple[int, int]]] = []
    lanes: dict[tuple[int, int], int] = {}
    for edge in sorted(set(edges), key=lambda edge: (abs(edge[0] - edge[1]), edge)):
        top, bottom = min(edge), max(edge)
        for lane in range(MOST_LANES):
            if lane == len(taken):
                taken.append([])
            if all(bottom < other_top or other_bottom < top for other_top, other_bottom in taken[lane]):
                taken[lane].append((top, bottom))
                lanes[edge] = lane
                break
    return lanes
