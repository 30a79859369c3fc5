#!/usr/bin/env python3
"""Compares the measures of the dependency graph of a project with networkx, over its exported edges.

    cargo build --release -p leindex-queries --example edges --example hotspots --example architecture
    pip install networkx numpy scipy
    tests/oracles/centrality.py EDGES HOTSPOTS ARCHITECTURE PROJECT…

EDGES, HOTSPOTS and ARCHITECTURE are the built examples. The graph is made anew from what `edges` prints: calls and bases
with a target, without the rows of overrides and handed functions, a declaration replaced by its one definition, each pair
of symbols once, no loops. The symbols are those that `hotspots --centrality` lists; one of them without edges counts as
well.

- PageRank and eigenvector centrality, the latter as book/src/graph.md defines it: undirected, each connected component by
  itself, of Euclidean length 1; networkx's own direct solution, in dense matrices where a component is small. Fails if a
  value differs by more than 1e-6.
- Strongly connected components (`parts`: those of more than one symbol), fan-in and fan-out: equal.
- Betweenness, exact, where there are at most 8,000 symbols: within 1e-9.
- Communities: connected; the modularity that we say is the one that networkx finds for them within 1e-9, and at least 0.98
  of that of the best of five runs of its `louvain_communities`.
- Directories, from the couplings that `architecture` prints: cycles, layers and levels equal, no cycle without the couplings
  that close them.
"""

import json
import subprocess
import sys

import networkx
import numpy

MOST = 1e-6
EXACT = 1e-9
FEW = 8000


def main():
    if len(sys.argv) < 5:
        raise SystemExit(__doc__)
    edges, hotspots, architecture, *projects = sys.argv[1:]
    failed = False
    heads = ("symbols", "edges", "Δ PageRank", "Δ eigenv.", "parts", "Δ betw.", "Δ modul.", "modularity", "Louvain", "cycles")
    print(f"{'project':<20}" + "".join(f"{head:>11}" for head in heads))
    for project in projects:
        ours = {row["symbol"]: row for row in lines(hotspots, project, "--centrality")}
        graph = networkx.DiGraph()
        graph.add_nodes_from(ours)
        graph.add_edges_from(dependencies(lines(edges, project)))
        if len(graph) != len(ours):
            raise SystemExit(f"{project}: edges of symbols that are not listed: {sorted(set(graph) - set(ours))[:3]}")
        theirs = networkx.pagerank(graph, alpha=0.85, tol=1e-14, max_iter=1000)
        of_pagerank = max(abs(theirs[name] - row["pagerank"]) for name, row in ours.items())
        theirs = eigenvector(graph.to_undirected())
        of_eigenvector = max(abs(theirs[name] - row["eigenvector"]) for name, row in ours.items())
        failed |= not max(of_pagerank, of_eigenvector) <= MOST
        parts = components(project, graph, ours)
        of_betweenness = betweenness(graph, one(hotspots, project, "--tests", "--betweenness", str(2**63), "--limit", str(2**63), "--json"))
        of_modularity, modularity, louvain = communities(project, graph, one(architecture, project, "--communities", "--tests", "--json"))
        failed |= not max(of_betweenness or 0, of_modularity) <= EXACT or not modularity >= 0.98 * louvain
        cycles = [directories(project, one(architecture, project, "--json", *depth)) for depth in ((), ("--depth", "9"))]
        name = project.rstrip("/").rsplit("/", 1)[-1]
        shown = "-" if of_betweenness is None else f"{of_betweenness:.1e}"
        print(
            f"{name:<20}{len(graph):>11}{graph.size():>11}{of_pagerank:>11.1e}{of_eigenvector:>11.1e}{parts:>11}{shown:>11}"
            f"{of_modularity:>11.1e}{modularity:>11.4f}{louvain:>11.4f}{'/'.join(map(str, cycles)):>11}",
            flush=True,
        )
    raise SystemExit(failed)


def output(binary, *arguments):
    return subprocess.run([binary, *arguments], capture_output=True, text=True, check=True).stdout


def lines(binary, *arguments):
    return (json.loads(line) for line in output(binary, *arguments).splitlines())


def one(binary, *arguments):
    return json.loads(output(binary, *arguments))


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
    """The centrality of each node."""
    found = dict.fromkeys(graph, 0.0)
    for component in networkx.connected_components(graph):
        if len(component) == 1:
            continue
        part = graph.subgraph(component)
        if len(component) <= 300:
            values, vectors = numpy.linalg.eigh(networkx.to_numpy_array(part, nodelist=list(part)))
            vector = numpy.abs(vectors[:, numpy.argmax(values)])
            found.update(zip(part, vector))
        else:
            found.update(networkx.eigenvector_centrality_numpy(part, tol=1e-12))
    return found


def components(project, graph, ours):
    """Fails unless components and degrees are equal; how many components have more than one symbol."""
    found = {}
    for name, row in ours.items():
        found.setdefault(row["component"], set()).add(name)
        if (row["fan_in"], row["fan_out"]) != (graph.in_degree(name), graph.out_degree(name)):
            raise SystemExit(f"{project}: other degrees of {name}")
    theirs = {frozenset(component) for component in networkx.strongly_connected_components(graph)}
    if theirs != set(map(frozenset, found.values())):
        raise SystemExit(f"{project}: other strongly connected components")
    return sum(len(component) > 1 for component in theirs)


def betweenness(graph, found):
    """The largest difference, if the graph is small."""
    if len(graph) > FEW:
        return None
    ours = {row["symbol"]: row["betweenness"] for row in found["symbols"]}
    theirs = networkx.betweenness_centrality(graph)
    return max((abs(value - ours.get(name, 0.0)) for name, value in theirs.items()), default=0.0)


def communities(project, graph, found):
    """The difference of modularity, ours, and that of the best division that networkx finds."""
    tied = networkx.Graph()
    tied.add_nodes_from(graph)
    for source, target in graph.edges:
        weight = tied.get_edge_data(source, target, {"weight": 0})["weight"]
        tied.add_edge(source, target, weight=weight + 1)
    groups = {}
    for row in found["members"]:
        groups.setdefault(row["community"], set()).add(row["symbol"])
    if not all(networkx.is_connected(tied.subgraph(group)) for group in groups.values()):
        raise SystemExit(f"{project}: a community in parts")
    alone = set(graph) - {row["symbol"] for row in found["members"]}
    division = [*groups.values(), *({symbol} for symbol in alone)]
    theirs = networkx.community.modularity(tied, division)
    best = max(networkx.community.modularity(tied, networkx.community.louvain_communities(tied, seed=seed)) for seed in range(5))
    return abs(theirs - found["modularity"]), found["modularity"], best


def directories(project, found):
    """Fails unless cycles, layers and levels follow from the couplings; how many cycles there are."""
    graph = networkx.DiGraph()
    graph.add_nodes_from(row["path"] for row in found["directories"])
    graph.add_edges_from((row["from"], row["to"]) for row in found["couplings"])
    theirs = {frozenset(component) for component in networkx.strongly_connected_components(graph) if len(component) > 1}
    kept = graph.copy()
    kept.remove_edges_from((row["from"], row["to"]) for row in found["couplings"] if row["closes_cycle"])
    condensed = networkx.condensation(graph)
    above, levels = longest(condensed), longest(kept)
    layers = {name: above[component] for name, component in condensed.graph["mapping"].items()}
    ours = {frozenset(cycle["directories"]) for cycle in found["cycles"]}
    rows = {row["path"]: (row["layer"], row["level"]) for row in found["directories"]}
    if theirs != ours or rows != {name: (layers[name], levels[name]) for name in graph}:
        raise SystemExit(f"{project}: other cycles, layers or levels of directories")
    return len(ours)


def longest(graph):
    """The length of the longest path that leaves each node."""
    found = {}
    for node in reversed(list(networkx.topological_sort(graph))):
        found[node] = max((found[target] + 1 for target in graph.successors(node)), default=0)
    return found


if __name__ == "__main__":
    main()
