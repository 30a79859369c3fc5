"""Promises about memory: near the budget, projects that nobody asks give back what can be had again, and answers stay
equal."""

from __future__ import annotations

import gc
import time
from pathlib import Path

import pytest

import leindex
import leindex_rust


def grown(folder: Path, files: int) -> Path:
    """A project large enough for its graphs to weigh something."""
    folder.mkdir()
    for number in range(files):
        calls = "\n".join(f"    total += step_{(number * 7 + k) % files}_{k}(total)" for k in range(12))
        body = "\n\n".join(
            f'def step_{number}_{k}(total):\n    """Adds part {k} of {number} to the total."""\n'
            f"    if total > {k}:\n{calls}\n    return total"
            for k in range(12)
        )
        imports = "\n".join(
            f"from part_{(number * 7 + k) % files} import step_{(number * 7 + k) % files}_{k}" for k in range(12)
        )
        (folder / f"part_{number}.py").write_text(f"{imports}\n\n\n{body}\n")
    return folder


@pytest.fixture
def usual_budget():
    yield
    leindex_rust.set_memory_budget(None)


def answers(project: leindex.Project) -> list[object]:
    questions = [
        ("hotspots", {"churn": False}),
        ("edge_counts", {}),
        ("search", {"query": "adds a part to the total"}),
        ("impact", {"names": ["step_3_4"], "limit": 50}),
        ("context", {"question": "how are parts added to the total", "budget": 1500}),
    ]
    return [project.ask(verb, **arguments) for verb, arguments in questions]


def anonymous() -> int:
    gc.collect()
    return leindex_rust.memory()["anonymous"]


def test_near_the_budget_projects_that_rest_give_back_and_answers_stay_equal(tmp_path, usual_budget):
    leindex_rust.set_memory_budget(1 << 40)
    projects = [leindex.Project(grown(tmp_path / f"p{n}", 150), in_memory=False) for n in range(4)]
    before = [answers(project) for project in projects]
    full = anonymous()
    spills = leindex_rust.memory()["spills"]
    assert answers(projects[0]) == before[0]
    assert leindex_rust.memory()["spills"] == spills, "far from the budget nothing is given back"

    budget = int(full / 0.9) - (4 << 20)
    leindex_rust.set_memory_budget(budget)
    for project in projects:
        time.sleep(0.06)
        project.ask("symbols", name="step_1_1")
    after = leindex_rust.memory()
    assert after["spills"] > spills
    assert after["collections"] > 0
    assert anonymous() < 0.9 * budget
    for project, expected in zip(projects, before, strict=True):
        assert answers(project) == expected
    for project in projects:
        project.close()


def test_what_is_released_is_smaller_and_the_same(tmp_path):
    with leindex.Project(grown(tmp_path / "p", 150)) as project:
        before = answers(project)
        full = anonymous()
        project.release()
        assert anonymous() < full - (1 << 20)
        assert answers(project) == before


def test_the_budget_is_the_default_until_it_is_set(usual_budget):
    usual = leindex_rust.memory()["budget"]
    assert 0 < usual <= 2_000_000_000
    leindex_rust.set_memory_budget(500_000_000)
    assert leindex_rust.memory()["budget"] == 500_000_000
    leindex_rust.set_memory_budget(None)
    assert leindex_rust.memory()["budget"] == usual
