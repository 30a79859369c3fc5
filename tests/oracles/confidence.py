#!/usr/bin/env python3
"""Measures how often each rule is right, by language: makes leindex-queries/src/names/confidence.tsv.

    tests/oracles/confidence.py EDGES [--held-out LANGUAGE NAME ROOT ORACLE]... [--tuned LANGUAGE NAME ROOT ORACLE]...
                                      [--pycg NAME SNIPPETS] > confidence.tsv

EDGES is the example `edges`. ROOT is a project and ORACLE its call edges as a compiler or type checker sees them, one
JSON object a line: {file, line, name, kind, callee_file, callee_line, alt: [[file, line]..]}; beside ORACLE lies
ORACLE-without-.jsonl + `.sites.jsonl` with every call site: {file, line, name, status: inproject|external|unresolved}.
Lines are those of name tokens, from 1. SNIPPETS is the folder `micro-benchmark/snippets` of PyCG's sdist.

A call edge with a target counts at sites (file, line, name) that the oracle has and has *decided*. It is right if its
target is the oracle's, or the same thing elsewhere (`alt`). It is neither right nor wrong where the oracle
- knows no call or could not resolve it: a value of type `any`, code left out by a macro, a decorator not listed;
- names the variable, field or parameter that is called, and the edge what it holds;
- names the class of which an instance is made, and the edge the constructor that it inherits.
An edge of rule `external` is right if the oracle finds the target outside the project. Edges of rule `hierarchy` and `passed` are left
out: oracles name the member or parameter that a call names, not what runs.

Projects that were looked at while the rules were written flatter them. So a cell is made of the projects that were
held out, wherever these have enough sites, and else of the others; its last columns say which.
"""

import argparse
import collections
import json
import os
import re
import subprocess
import sys

import pycg

FEWEST = 50
# Kinds of oracle targets that are values: which function they hold is not decided.
VALUES = {
    "variable", "parameter", "field", "var", "VAR_DECL", "PARM_DECL", "FIELD_DECL", "VariableDeclaration", "Parameter",
    "PropertySignature", "PropertyDeclaration", "PropertyAssignment", "ShorthandPropertyAssignment", "BindingElement",
    "BinaryExpression", "FunctionType", "ConstructorType", "CallSignature", "ConstructSignature", "ModuleDeclaration",
}
CLASSES = {"class", "ClassDeclaration", "ClassExpression"}
CONSTRUCTOR = re.compile(r"\b(__init__|__new__|constructor)\(")


def lines(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return [json.loads(line) for line in file if line.strip()]


def calls(binary, root):
    output = subprocess.run([binary, root], capture_output=True, text=True, check=True).stdout
    edges = (json.loads(line) for line in output.splitlines())
    return [edge for edge in edges if edge["kind"] == "call" and edge["rule"] != "hierarchy"]


def measured(binary, root, oracle):
    """Right, decided and undecided edges by rule."""
    targets = collections.defaultdict(dict)
    kinds = collections.defaultdict(set)
    for edge in lines(oracle):
        at, target = (edge["file"], edge["line"]), (edge["callee_file"], edge["callee_line"])
        kinds[*at, edge["name"]].add(edge["kind"])
        targets[at][target] = target
        for other in edge.get("alt") or []:
            targets[at].setdefault(tuple(other), target)
    status = collections.defaultdict(set)
    analysed = {file for file, _ in targets}
    for site in lines(oracle.removesuffix(".jsonl") + ".sites.jsonl"):
        status[site["file"], site["line"], site["name"]].add(site["status"])
        analysed.add(site["file"])
    cells = collections.defaultdict(lambda: [0, 0, 0])
    seen = set()
    for edge in calls(binary, root):
        if edge["path"] not in analysed:
            continue
        site = (edge["path"], edge["line"], edge["target_name"])
        decided = status.get(site, set()) & {"inproject", "external"}
        cell = cells[edge["rule"]]
        if edge["rule"] == "external":
            cell[0] += "external" in decided
            cell[1] += bool(decided)
        elif edge["target_path"]:
            target = (edge["target_path"], edge["target_line"])
            known = targets.get(site[:2], {})
            key = (*site[:2], known.get(target, target))
            if key in seen:
                continue
            seen.add(key)
            right = target in known
            of = kinds.get(site, set())
            decided = decided and not of & VALUES and not (of & CLASSES and CONSTRUCTOR.search(edge["target"]))
            cell[0] += right
            cell[1] += bool(right or decided)
            cell[2] += not (right or decided)
    return cells


def measured_on_pycg(binary, snippets):
    """Right and found edges by rule, of those between functions of one case."""
    truth, _, cases = pycg.truth(snippets)
    cells = collections.defaultdict(lambda: [0, 0, 0])
    for case, edge, rule in sorted(set(pycg.found(pycg.edges(binary, snippets), cases)[0])):
        cells[rule][0] += edge in truth[case]
        cells[rule][1] += 1
    return cells


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("edges")
    for option in ("--held-out", "--tuned"):
        parser.add_argument(option, nargs=4, action="append", default=[], metavar=("LANGUAGE", "NAME", "ROOT", "ORACLE"))
    parser.add_argument("--pycg", nargs=2, metavar=("NAME", "SNIPPETS"))
    given = parser.parse_args()
    table = {}
    for basis, projects in (("held-out", given.held_out), ("tuned", given.tuned)):
        for language, name, root, oracle in projects:
            table[basis, language, name] = measured(given.edges, root, oracle)
    if given.pycg:
        table["tuned", "python", given.pycg[0]] = measured_on_pycg(given.edges, os.path.abspath(given.pycg[1]))

    print("# How often each rule is right, by language: calls with a target, at the sites that an oracle has decided.")
    print("# Made by tests/oracles/confidence.py, which says how a call counts. Precision is right / sites; fewer than")
    print(f"# {FEWEST} sites are unmeasured. `held-out`: projects that were not looked at while the rules were written;")
    print("# `tuned`: projects that were, where the others have too few sites: read those as an upper bound.")
    for basis in ("held-out", "tuned"):
        names = [f"{name} ({language})" for (found, language, name) in table if found == basis]
        print(f"# {basis}: {', '.join(names)}")
    print("# The column `undecided` counts edges at sites of the same projects that say neither: they are in no precision.")
    print("language", "rule", "right", "sites", "undecided", "basis", "projects", sep="\t")
    cells = collections.defaultdict(lambda: [0, 0, 0, []])
    for (basis, language, name), rules in table.items():
        for rule, counts in rules.items():
            if counts[1]:
                cell = cells[language, rule, basis]
                for column, count in enumerate(counts):
                    cell[column] += count
                cell[3].append(name)
    for language, rule in sorted({key[:2] for key in cells}):
        held_out = cells.get((language, rule, "held-out"), [0, 0, 0, []])
        tuned = cells.get((language, rule, "tuned"), [0, 0, 0, []])
        basis, cell = ("tuned", tuned) if held_out[1] < FEWEST <= tuned[1] or not held_out[1] else ("held-out", held_out)
        print(language, rule, *cell[:3], basis, ", ".join(cell[3]), sep="\t")
    for (basis, language, name), rules in table.items():
        shown = (f"{rule} {right}/{sites}={right / sites:.3f}" for rule, (right, sites, _) in sorted(rules.items()) if sites)
        print(basis, language, name, *shown, sep="  ", file=sys.stderr)


if __name__ == "__main__":
    main()
