"""Answers as values: how they are made, compared, shown, and turned into tables."""

from __future__ import annotations

import dataclasses
import pickle
import sys
from typing import Any

import pytest

import leindex
from leindex._results.arrow import columns
from leindex._results.record import Record, Rows

SYMBOL = {
    "symbol": "shop src/a b.py Session#login().",
    "path": "src/a b.py",
    "language": "python",
    "kind": "method",
    "name": "login",
    "qualified_name": "Session.login",
    "signature": "def login(self, <user>)",
    "summary": "Lets \"somebody\" in & <script>alert('x')</script>",
    "generated_summary": False,
    "start_line": 3,
    "end_line": 9,
    "name_line": 4,
    "start_byte": 10,
    "end_byte": 99,
    "cyclomatic": 2,
    "cognitive": 1,
    "is_test": False,
    "is_exported": True,
}
EDGE = {
    "source": "shop a.py f().",
    "target": None,
    "target_path": None,
    "target_line": None,
    "target_name": "g",
    "module": None,
    "kind": "call",
    "rule": "ambiguous",
    "confidence": None,
    "candidates": 3,
    "path": "a.py",
    "line": 2,
    "column": 4,
}
RELATIONS = {
    "symbol": SYMBOL,
    "edges": [{**EDGE, "target": "shop b.py g().", "rule": "import", "candidates": 1}],
    "ambiguous": [EDGE],
    "unresolved": [],
    "certainty": "some",
    "revision": "r0000000000000001",
}


def classes() -> list[type[Record]]:
    """Every class of answers."""
    found = [
        getattr(leindex, name) for name, module in leindex._MODULES.items() if module.startswith("leindex._results")
    ]
    return [of for of in found if dataclasses.is_dataclass(of)]


def test_a_symbol_is_made_of_a_dict_and_turned_into_it_again() -> None:
    symbol = leindex.SymbolInfo.from_dict(SYMBOL)
    assert symbol.qualified_name == "Session.login"
    assert symbol.to_dict() == SYMBOL
    assert leindex.Relations.from_dict(RELATIONS).to_dict() == RELATIONS


def test_keys_that_came_later_are_passed_over() -> None:
    later = {**RELATIONS, "later": [1], "symbol": {**SYMBOL, "later": {"x": 1}}}
    assert leindex.Relations.from_dict(later) == leindex.Relations.from_dict(RELATIONS)


def test_a_key_that_is_missing_says_that_versions_differ() -> None:
    values = {key: value for key, value in SYMBOL.items() if key != "kind"}
    with pytest.raises(TypeError, match=r"has no `kind`.*SymbolInfo.*different versions"):
        leindex.SymbolInfo.from_dict(values)


def test_what_may_be_missing_has_a_default() -> None:
    edge = leindex.FlowEdge.from_dict({"source": 0, "target": 1, "kind": "next"})
    assert (edge.label, edge.variable) == (None, None)


def test_a_word_of_python_has_an_underscore_and_none_in_dicts() -> None:
    values = {"from": "web", "to": "core", "dependencies": 2, "imports": 1, "closes_cycle": False}
    coupling = leindex.Coupling.from_dict(values)
    assert coupling.from_ == "web"
    assert coupling.to_dict() == values


def test_a_record_may_hold_others_of_its_class() -> None:
    values = {"symbol": SYMBOL, "children": [{"symbol": SYMBOL, "children": []}]}
    item = leindex.OutlineItem.from_dict(values)
    assert item.children[0].symbol == item.symbol
    assert item.to_dict() == values


@pytest.mark.parametrize("of", classes(), ids=lambda of: of.__name__)
def test_answers_are_frozen_and_have_slots_and_documentation(of: type[Record]) -> None:
    assert of.__doc__ and not of.__doc__.startswith(f"{of.__name__}(")
    assert of.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in vars(of)
    assert "__dict__" not in dir(of)


def test_answers_cannot_be_changed_and_are_equal_by_value() -> None:
    symbol = leindex.SymbolInfo.from_dict(SYMBOL)
    with pytest.raises(dataclasses.FrozenInstanceError):
        symbol.name = "logout"  # type: ignore[misc]
    assert symbol == leindex.SymbolInfo.from_dict(SYMBOL)
    assert len({symbol, leindex.SymbolInfo.from_dict(SYMBOL)}) == 1
    assert pickle.loads(pickle.dumps(symbol)) == symbol


def test_relations_are_a_sequence_of_what_is_known() -> None:
    relations = leindex.Relations.from_dict(RELATIONS)
    assert len(relations) == 1 and relations[0].rule == "import"
    assert list(relations) == list(relations.edges) == list(relations[:5])
    assert relations.edges[0] in relations and relations.ambiguous[0] not in relations
    assert not leindex.Relations.from_dict({**RELATIONS, "edges": []})


@pytest.mark.parametrize("of", [of for of in classes() if issubclass(of, Rows)], ids=lambda of: of.__name__)
def test_the_rows_of_a_sequence_are_one_of_its_fields(of: type[Rows[Any]]) -> None:
    assert of._rows in {field.name for field in dataclasses.fields(of)}  # type: ignore[arg-type]


@pytest.mark.parametrize("of", classes(), ids=lambda of: of.__name__)
def test_what_a_notebook_shows_are_columns(of: type[Record]) -> None:
    if of is leindex.InProject:
        return
    names = [column.name for column in columns(of)]
    assert len(set(names)) == len(names)
    assert set(of._shown) <= set(names)


def test_a_repr_is_one_line_and_says_what_a_person_wants_to_see() -> None:
    symbol = leindex.SymbolInfo.from_dict(SYMBOL)
    assert repr(symbol) == "<SymbolInfo method Session.login src/a b.py:3-9>"
    assert (
        repr(leindex.Relations.from_dict(RELATIONS))
        == "<Relations Session.login (src/a b.py:4): 1 relation, 1 ambiguous>"
    )
    long = leindex.SymbolInfo.from_dict({**SYMBOL, "qualified_name": "x" * 1_000_000 + "\n"})
    assert len(repr(long)) < 200 and "\n" not in repr(long)


def test_a_text_tells_the_known_from_what_may_be() -> None:
    text = str(leindex.Relations.from_dict(RELATIONS))
    assert "  a.py:2: a.py f(). —call→ b.py g(). [import]" in text
    assert "may be meant:\n  a.py:2: a.py f(). —call→ g (one of 3) [ambiguous]" in text


def test_html_is_escaped() -> None:
    symbol = leindex.SymbolInfo.from_dict(SYMBOL)
    for answer in (symbol, leindex.Listing([symbol], leindex.SymbolInfo, "r1"), leindex.Relations.from_dict(RELATIONS)):
        html = answer._repr_html_()
        assert "<table>" in html
        assert "<script" not in html and "<user>" not in html


def test_html_says_how_many_it_leaves_out() -> None:
    symbols = [leindex.SymbolInfo.from_dict(SYMBOL)] * 100
    html = leindex.Listing(symbols, leindex.SymbolInfo, "r1")._repr_html_()
    assert html.count("<tr>") == 61 and "… and 40 more" in html


def test_a_listing_is_equal_to_lists_of_the_same_and_keeps_its_revision() -> None:
    listing = leindex.Listing(["shop a.py f()."], "symbol", "r1")
    assert listing == ["shop a.py f()."] == listing.to_dict()
    assert listing != ["other"] and listing != "shop"
    assert listing.revision == "r1"
    assert repr(listing) == "<Listing 1 × symbol: a.py f().>"
    assert str(listing) == "a.py f()."
    assert str(leindex.Listing([], "symbol", "r1")) == "none"


def test_tables_have_columns_without_rows() -> None:
    empty: leindex.Listing[leindex.DeadSymbol] = leindex.Listing([], leindex.DeadSymbol, "r1")
    table = empty.to_arrow()
    assert table.num_rows == 0
    assert table.schema.names[:3] == ["symbol", "path", "language"]
    assert table.schema.names[-1] == "possible_sites"
    types = {field.name: str(field.type) for field in table.schema}
    assert (types["start_line"], types["is_test"], types["symbol"]) == ("int64", "bool", "string")


def test_tables_hold_what_the_answers_hold() -> None:
    table = leindex.Relations.from_dict(RELATIONS).to_arrow()
    assert table.to_pylist() == RELATIONS["edges"]
    frame = leindex.Relations.from_dict(RELATIONS).to_pandas()
    assert list(frame["rule"]) == ["import"]
    hit = {"symbol": SYMBOL, "score": 0.5, "parts": [{"name": "words", "value": 0.5}], "highlights": []}
    row = leindex.SearchHit.from_dict(hit).to_arrow().to_pylist()[0]
    assert row == {**SYMBOL, "score": 0.5, "parts": [{"name": "words", "value": 0.5}], "highlights": []}


def test_a_record_that_is_not_there_makes_empty_columns() -> None:
    metrics = {"cyclomatic": 1, "cognitive": 1, "nesting": 1, "parameters": 1, "statements": 1, "lines": 1}
    place = {"symbol": "s a.py f().", "path": "a.py", "language": "python", "kind": "function", "line": 1}
    spot = {**place, "metrics": metrics, "centrality": 0.5, "churn": None, "score": 1.0}
    row = leindex.Hotspot.from_dict(spot).to_arrow().to_pylist()[0]
    assert row["churn_commits"] is None and row["cognitive"] == 1


@pytest.mark.parametrize(("missing", "message"), [("pyarrow", "pip install pyarrow"), ("pandas", "pip install pandas")])
def test_without_pyarrow_or_pandas_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, missing: str, message: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ModuleNotFoundError, match=message):
        leindex.SymbolInfo.from_dict(SYMBOL).to_pandas()
