#!/usr/bin/env python3
"""Compares PageRank and eigenvector centrality with networkx, over the exported edges of a project.

    cargo build --release -p leindex-queries --example edges --example hotspots
    pip install networkx numpy scipy
    tests/oracles/centrality.py EDGES HOTSPOTS PROJECT…

EDGES and HOTSPOTS are the built examples. The graph is made anew from what `edges` prints: calls and bases with a target,
without the rows of overrides and handed functions, a declaration replaced by its one definition, each pair of symbols
once, no loops. The symbols are those that `hotspots --centrality` lists; one of them without edges counts as well.

Eigenvector centrality is compared as book/src/graph.md defines it: undirected, each connected component by itself, of
Euclidean length 1; networkx's own direct solution, in dense matrices where a component is small. Fails if a value differs
by more than 1e-6.
"""

import json
import subprocess
import sys

import networkx
import numpy

MOST = 1e-6


def main():
    if len(sys.argv) < 4:
        raise SystemExit(__doc__)
    edges, hotspots, *projects = sys.argv[1:]
    failed = False
    print(f"{'project':<28}{'symbols':>9}{'edges':>9}{'parts':>7}{'Δ PageRank':>13}{'Δ eigenvector':>15}")
    for project in projects:
        ours = {row["symbol"]: row for row in lines(hotspots, project, "--centrality")}
        graph = networkx.DiGraph()
        graph.add_nodes_from(ours)
        graph.add_edges_from(dependencies(lines(edges, project)))
        if len(graph) != len(ours):
            raise SystemExit(f"{project}: edges of symbols that are not listed: {sorted(set(graph) - set(ours))[:3]}")
        theirs = networkx.pagerank(graph, alpha=0.85, tol=1e-14, max_iter=1000)
        of_pagerank = max(abs(theirs[name] - row["pagerank"]) for name, row in ours.items())
        parts, theirs = eigenvector(graph.to_undirected())
        of_eigenvector = max(abs(theirs[name] - row["eigenvector"]) for name, row in ours.items())
        name = project.rstrip("/").rsplit("/", 1)[-1]
        print(f"{name:<28}{len(graph):>9}{graph.size():>9}{parts:>7}{of_pagerank:>13.1e}{of_eigenvector:>15.1e}")
        failed |= not max(of_pagerank, of_eigenvector) <= MOST
    raise SystemExit(failed)


def lines(binary, *arguments):
    output = subprocess.run([binary, *arguments], capture_output=True, text=True, check=True).stdout
    return (json.loads(line) for line in output.splitlines())


def dependencies(edges):
    """The pairs of symbols that count, from the exported edges."""
    pairs, definitions = [], {}
    for edge in edges:
        if edge["kind"] == "declares":
            definitions[edge["source"]] = edge["target"]
        elif edge["kind"] in ("call", "inherit", "implement") and edge["target"]:
            pairs.append((edge["source"], edge["target"]))
    defined = ((source, definitions.get(target) or target) for source, target in pairs)
    return {(source, target) for source, target in defined if source != target}


def eigenvector(graph):
    """How many components have edges, and the centrality of each node."""
    found = dict.fromkeys(graph, 0.0)
    parts = 0
    for component in networkx.connected_components(graph):
        if len(component) == 1:
            continue
        parts += 1
        part = graph.subgraph(component)
        if len(component) <= 300:
            values, vectors = numpy.linalg.eigh(networkx.to_numpy_array(part, nodelist=list(part)))
            vector = numpy.abs(vectors[:, numpy.argmax(values)])
            found.update(zip(part, vector))
        else:
            found.update(networkx.eigenvector_centrality_numpy(part, tol=1e-12))
    return parts, found


if __name__ == "__main__":
    main()
