#!/usr/bin/env python3
"""Measures a model on pools: each question must find its own function among all functions of its project.

usage: evaluate.py MODEL PAIRS.jsonl… [--doc]

MODEL is what train.py or export.py wrote. The documentation is left out of the documents (`--doc`: only its first
paragraph is). Prints MRR@10, R@1, R@5, R@10 and MRR@10 of the questions that share no word with the function's name
("hard") for BM25, the model alone, and 0.4 BM25 + 0.6 model, each min-max normalised over a question's best 100.
"""

import argparse
import collections

import numpy as np
import scipy.sparse as sparse

import corpus

STOP_WORDS = set(
    "an the of to in on for with and or is are be by from as at thi that it if not no into which when will can has have wa "
    "were should would may only also than then these those such any all each other on".split()
)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("model")
    arguments.add_argument("pairs", nargs="+")
    arguments.add_argument("--doc", action="store_true")
    arguments = arguments.parse_args()
    table, query, code, fields, names = read(arguments.model)
    pieces = corpus.Pieces(names)
    rows = collections.defaultdict(list)
    for name, pool in pools(corpus.load(arguments.pairs)).items():
        lexical = bm25(pool, arguments.doc)
        static = PoolBags(pool, pieces, arguments.doc).scores(table, query, code, fields)
        hard = hard_questions(pool)
        both = 0.4 * normalised(lexical) + 0.6 * normalised(static)
        for kind, scores in (("bm25", lexical), ("static", static), ("both", both)):
            rows[kind].append((name, len(pool), *measures(scores), reciprocal(scores[hard], np.flatnonzero(hard)) if hard.any() else np.nan))
    for kind, measured in rows.items():
        print(f"{kind:7}{'pool':18}     n   MRR   R@1   R@5  R@10  hard")
        for name, size, *values in measured:
            print(f"{'':7}{name[:18]:18}{size:6} " + " ".join(f"{value:5.3f}" for value in values))
        means = [np.nanmean([row[at] for row in measured]) for at in range(2, 7)]
        print(f"{'':7}{'mean':18}{len(measured):6} " + " ".join(f"{value:5.3f}" for value in means))


def read(path):
    """A model's table, question weights, code weights, field weights and pieces."""
    if path.endswith(".safetensors"):
        from safetensors.numpy import load_file

        tensors = load_file(path)
        table = tensors["table"].astype(np.float32) * tensors["scale"].astype(np.float32)[:, None]
        names = bytes(tensors["pieces"]).decode().split("\n")
        return table, tensors["query_weight"].astype(np.float32), tensors["code_weight"].astype(np.float32), tensors["fields"], names
    saved = np.load(path)
    return saved["table"], saved["query_weight"], saved["code_weight"], saved["fields"], str(saved["pieces"]).split("\n")


def pools(pairs, least=100):
    """Pairs by project, questions and bodies unique within each."""
    by_project = collections.defaultdict(list)
    for pair in pairs:
        by_project[pair["project"]].append(pair)
    made = {name: corpus.unique(own, set(), set()) for name, own in sorted(by_project.items())}
    return {name: own for name, own in made.items() if len(own) >= least}


class PoolBags:
    """The bags of a pool."""

    def __init__(self, pool, pieces, doc=False):
        self.queries = corpus.Bags([[pair["query"]] for pair in pool], pieces)
        texts = [pair["fields"] for pair in pool]
        if not doc:
            texts = [[name, signature, "", body] for name, signature, _, body in texts]
        self.documents = corpus.Bags(texts, pieces)

    def vectors(self, table, query, code, fields):
        def summed(bags, weights):
            matrix = sparse.csr_matrix((weights, bags.ids, bags.starts), shape=(len(bags.starts) - 1, len(table)))
            sums = matrix @ table
            return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)

        questions = np.log1p(self.queries.counts[:, 0].astype(np.float32)) * query[self.queries.ids]
        documents = np.log1p(self.documents.counts.astype(np.float32) @ fields) * code[self.documents.ids]
        return summed(self.queries, questions), summed(self.documents, documents)

    def scores(self, table, query, code, fields):
        questions, documents = self.vectors(table, query, code, fields)
        return questions @ documents.T


def bm25(pool, doc, k1=1.2, b=0.75):
    """BM25 over words, the name three times; stop words are cut from questions."""
    rows, columns, values, index = [], [], [], {}
    texts = [[*[pair["fields"][0]] * 3, pair["fields"][1], pair["fields"][2] if doc else "", pair["fields"][3]] for pair in pool]
    texts = [" ".join(fields).split() for fields in texts]
    mean = np.mean([len(text) for text in texts])
    for row, text in enumerate(texts):
        for word, count in collections.Counter(text).items():
            rows.append(row)
            columns.append(index.setdefault(word, len(index)))
            values.append(count * (k1 + 1) / (count + k1 * (1 - b + b * len(text) / mean)))
    found = np.bincount(columns, minlength=len(index))
    rarity = np.log(1 + (len(pool) - found + 0.5) / (found + 0.5))
    documents = sparse.csr_matrix((np.array(values) * rarity[columns], (rows, columns)), shape=(len(pool), len(index)))
    rows, columns = [], []
    for row, pair in enumerate(pool):
        words = set(pair["query"].split())
        for word in words - STOP_WORDS or words:
            if word in index:
                rows.append(row)
                columns.append(index[word])
    queries = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=documents.shape)
    return np.asarray((queries @ documents.T).todense(), np.float32)


def hard_questions(pool):
    """Questions that share no content word with the function's qualified name; its holders' names end its signature."""
    found = []
    for pair in pool:
        name = set(pair["fields"][0].split()) | set(pair.get("qualified", pair["name"]).lower().replace(".", " ").split())
        found.append(not (set(pair["query"].split()) - STOP_WORDS) & name)
    return np.array(found)


def normalised(scores, best=100):
    """Scores from 0, a question's hundredth best, to 1, its best."""
    best = min(best, scores.shape[1])
    top = -np.partition(-scores, best - 1, axis=1)[:, :best]
    low, high = top.min(1, keepdims=True), top.max(1, keepdims=True)
    return (scores - low) / np.maximum(high - low, 1e-6)


def ranks(scores, right=None):
    """The rank of each question's own function; among equals, the middle one."""
    right = np.arange(len(scores)) if right is None else right
    own = scores[np.arange(len(scores)), right][:, None]
    return 1 + (scores > own).sum(1) + (scores == own).sum(1) // 2


def reciprocal(scores, right=None):
    """MRR@10."""
    rank = ranks(scores, right)
    return float(np.where(rank <= 10, 1 / rank, 0).mean())


def measures(scores):
    rank = ranks(scores)
    return reciprocal(scores), *(float((rank <= most).mean()) for most in (1, 5, 10))


if __name__ == "__main__":
    main()
