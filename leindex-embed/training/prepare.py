#!/usr/bin/env python3
"""Puts the pairs of all packages together: once each, without what evaluations ask, apart for training and validation.

usage: prepare.py PAIRS.jsonl… --out FOLDER --validate PROJECT… [--asked POOL.jsonl…]

A pair is left out whose question or body stands in an earlier one, in a project of `--validate`, or in the pools of
`--asked`. Writes train.jsonl and validate.jsonl and prints the pairs by language.
"""

import argparse
import collections
import json
import os

import corpus


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("pairs", nargs="+")
    arguments.add_argument("--out", required=True)
    arguments.add_argument("--validate", nargs="+", required=True)
    arguments.add_argument("--asked", nargs="*", default=[])
    arguments = arguments.parse_args()
    queries, bodies = set(), set()
    corpus.unique(corpus.load(arguments.asked), queries, bodies)
    kept_apart = {corpus.project_of(path) for path in corpus.paths(arguments.asked)}
    held, rest = [], []
    for path in corpus.paths(arguments.pairs):
        project = corpus.project_of(path)
        if project not in kept_apart:
            (held if project in arguments.validate else rest).extend(pair for pair in corpus.load([path]) if is_question(pair))
    for name, pairs in (("validate", held), ("train", rest)):
        pairs = corpus.unique(pairs, queries, bodies)
        with open(os.path.join(arguments.out, f"{name}.jsonl"), "w") as out:
            out.writelines(json.dumps(pair) + "\n" for pair in pairs)
        print(name, len(pairs), dict(collections.Counter(pair["language"] for pair in pairs).most_common()))


def is_question(pair):
    """At least three words, and code beside the name."""
    return len(pair["query"].split()) >= 3 and len(pair["fields"][corpus.BODY].split()) >= 4


if __name__ == "__main__":
    main()
