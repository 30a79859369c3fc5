#!/usr/bin/env python3
"""Trains the static model on pairs of questions and code.

usage: train.py TRAIN.jsonl… --pieces pieces.txt --out model.npz [--validate VALIDATION.jsonl…] [--minutes 30] …

Model: a table of piece vectors and two weights a piece, one for questions and one for code. A question's vector is the sum
of ln(1 + count) × query_weight × table over its pieces; a document's the sum of ln(1 + Σ field_weight × count) ×
code_weight × table; both to unit length. Loss: InfoNCE both ways over a batch made of chunks, each of one project, so
that its other functions are what a question must tell apart. Names, the rest of the documentation, and words of questions
are left out for a share of the pairs. Starts from random numbers.
"""

import argparse
import collections
import time

import numpy as np
import torch
import torch.nn.functional as functional

import corpus
import evaluate

QUESTION_WORDS = "how what where when which why doe is are do to the find show me get function that method code for in of".split()


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("pairs", nargs="+")
    arguments.add_argument("--pieces", required=True)
    arguments.add_argument("--out", required=True)
    arguments.add_argument("--validate", nargs="*", default=[])
    arguments.add_argument("--dimensions", type=int, default=256)
    arguments.add_argument("--minutes", type=float, default=30)
    arguments.add_argument("--steps", type=int, default=0, help="stop after so many steps, not after --minutes")
    arguments.add_argument("--batch", type=int, default=2048)
    arguments.add_argument("--chunk", type=int, default=256)
    arguments.add_argument("--rate", type=float, default=3e-3)
    arguments.add_argument("--temperature", type=float, default=0.05)
    arguments.add_argument("--most", type=int, default=4000, help="pairs of one project at most")
    arguments.add_argument("--no-name", type=float, default=0.25)
    arguments.add_argument("--no-doc", type=float, default=0.6)
    arguments.add_argument("--short", type=float, default=0.3, help="share of questions cut to 2 to 8 pieces")
    arguments.add_argument("--noise", type=float, default=0.2, help="share of questions with question words added")
    arguments.add_argument("--drop", type=float, default=0.0, help="share of code pieces left out")
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--report", type=int, default=200)
    arguments = arguments.parse_args()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    random = np.random.default_rng(arguments.seed)
    names = open(arguments.pieces).read().split("\n")
    pieces = corpus.Pieces(names)
    projects = load_bags(arguments, pieces, random)
    model = Model(len(names), arguments, random)
    noise = torch.tensor([row for word in QUESTION_WORDS for row in pieces.split(word)])
    pools = evaluate.pools(corpus.load(arguments.validate)) if arguments.validate else {}
    bags = {name: evaluate.PoolBags(pool, pieces) for name, pool in pools.items()}

    optimiser = torch.optim.Adam(
        [
            {"params": [model.table.weight], "lr": arguments.rate},
            {"params": [model.query, model.code], "lr": 1e-2},
            {"params": [model.fields], "lr": 5e-3},
            {"params": [model.heat], "lr": 1e-3},
        ],
        betas=(0.9, 0.98),
    )
    rates = [group["lr"] for group in optimiser.param_groups]
    start, step, loss_mean = time.time(), 0, None
    for batch in endless(lambda: batches(projects, arguments, random)):
        done = step / arguments.steps if arguments.steps else (time.time() - start) / (arguments.minutes * 60)
        if done >= 1:
            break
        for group, rate in zip(optimiser.param_groups, rates):
            group["lr"] = rate * min(1, (step + 1) / 50) * max(0.01, 1 - done)
        loss = model.loss(batch, projects, noise, arguments, random)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        step += 1
        loss_mean = loss.item() if loss_mean is None else 0.98 * loss_mean + 0.02 * loss.item()
        if step % arguments.report == 0:
            line = f"step {step} loss {loss_mean:.3f} fields {np.round(functional.softplus(model.fields).tolist(), 2)}"
            line += f" temperature {1 / model.heat.exp().item():.4f} {time.time() - start:.0f} s"
            if bags:
                line += f" MRR {np.mean([evaluate.reciprocal(bag.scores(*model.arrays())) for bag in bags.values()]):.4f}"
            print(line, flush=True)
    table, query, code, fields = model.arrays()
    np.savez(arguments.out, table=table, query_weight=query, code_weight=code, fields=fields, pieces="\n".join(names))
    print(f"{step} steps, {time.time() - start:.0f} s")


class Bags:
    """All training pairs as arrays, and which belong to which project."""

    def __init__(self, queries, documents, members):
        self.queries, self.documents, self.members = queries, documents, members


def load_bags(arguments, pieces, random):
    by_project = collections.defaultdict(list)
    for pair in corpus.load(arguments.pairs):
        by_project[pair["project"]].append(pair)
    pairs, members = [], []
    for _, own in sorted(by_project.items()):
        random.shuffle(own)
        own = own[: arguments.most]
        members.append(np.arange(len(pairs), len(pairs) + len(own)))
        pairs += own
    start = time.time()
    bags = Bags(
        corpus.Bags(([pair["query"]] for pair in pairs), pieces), corpus.Bags((pair["fields"] for pair in pairs), pieces), members
    )
    print(f"{len(pairs)} pairs of {len(members)} projects, {len(bags.documents.ids)} entries, {time.time() - start:.0f} s", flush=True)
    return bags


def batches(bags, arguments, random):
    """An epoch: chunks of one project each, shuffled and joined to batches."""
    chunks = []
    for members in bags.members:
        members = random.permutation(members)
        chunks += [members[at : at + arguments.chunk] for at in range(0, len(members), arguments.chunk)]
    random.shuffle(chunks)
    batch, size = [], 0
    for chunk in chunks:
        batch.append(chunk)
        size += len(chunk)
        if size >= arguments.batch:
            yield np.concatenate(batch)
            batch, size = [], 0


def endless(epoch):
    while True:
        yield from epoch()


class Model(torch.nn.Module):
    def __init__(self, size, arguments, random):
        super().__init__()
        self.table = torch.nn.EmbeddingBag(size, arguments.dimensions, mode="sum")
        start = random.standard_normal((size, arguments.dimensions)) / arguments.dimensions**0.5
        self.table.weight.data = torch.tensor(start, dtype=torch.float32)
        one = np.log(np.expm1(1.0))
        self.query = torch.nn.Parameter(torch.full((size,), float(one)))
        self.code = torch.nn.Parameter(torch.full((size,), float(one)))
        # Softplus of these: name, signature, documentation, body.
        self.fields = torch.nn.Parameter(torch.tensor([3.0, 1.0, 1.0, 0.5]).expm1().log())
        self.heat = torch.nn.Parameter(torch.tensor(float(np.log(1 / arguments.temperature))))

    def loss(self, batch, bags, noise, arguments, random):
        queries = self.questions(batch, bags.queries, noise, arguments, random)
        documents = self.documents(batch, bags.documents, arguments, random)
        scores = queries @ documents.T * self.heat.exp().clamp(max=100)
        right = torch.arange(len(batch))
        return (functional.cross_entropy(scores, right) + functional.cross_entropy(scores.T, right)) / 2

    def questions(self, batch, bags, noise, arguments, random):
        at, offsets = bags.take(batch)
        lengths = np.diff(offsets)
        counts = torch.log1p(torch.from_numpy(bags.counts[at, 0].astype(np.float32)))
        # A random order within each question; the first `kept` of it stay.
        kept = np.where(random.random(len(batch)) < arguments.short, random.integers(2, 9, len(batch)), 1000)
        texts = np.repeat(np.arange(len(batch)), lengths)
        order = np.lexsort((random.random(len(at)), texts))
        rank = np.empty(len(at), np.int64)
        rank[order] = np.arange(len(at)) - np.repeat(offsets[:-1], lengths)
        counts = counts * torch.from_numpy((rank < kept[texts]).astype(np.float32))
        ids = torch.from_numpy(bags.ids[at].astype(np.int64))
        vectors = self.table(ids, torch.from_numpy(offsets[:-1]), per_sample_weights=counts * functional.softplus(self.query)[ids])
        if arguments.noise:
            # One to four question words, the same work for every question, weighed nought where none are to be added.
            added = noise[torch.from_numpy(random.integers(0, len(noise), (len(batch), 4)))]
            is_added = (random.random(len(batch)) < arguments.noise)[:, None] & (random.random((len(batch), 4)) < 0.6)
            weight = torch.from_numpy(is_added.astype(np.float32)) * float(np.log(2)) * functional.softplus(self.query)[added]
            vectors = vectors + self.table(added, per_sample_weights=weight)
        return functional.normalize(vectors, dim=1)

    def documents(self, batch, bags, arguments, random):
        at, offsets = bags.take(batch)
        lengths = np.diff(offsets)
        counts = bags.counts[at].astype(np.float32)
        no_name = np.repeat(random.random(len(batch)) < arguments.no_name, lengths)
        counts[no_name, corpus.SIGNATURE] = np.maximum(counts[no_name, corpus.SIGNATURE] - counts[no_name, corpus.NAME], 0)
        counts[no_name, corpus.NAME] = 0
        counts[np.repeat(random.random(len(batch)) < arguments.no_doc, lengths), corpus.DOC] = 0
        if arguments.drop:
            counts[random.random(len(counts)) < arguments.drop] = 0
        ids = torch.from_numpy(bags.ids[at].astype(np.int64))
        weights = torch.log1p(torch.from_numpy(counts) @ functional.softplus(self.fields)) * functional.softplus(self.code)[ids]
        return functional.normalize(self.table(ids, torch.from_numpy(offsets[:-1]), per_sample_weights=weights), dim=1)

    def arrays(self):
        """Table, question weights, code weights, field weights."""
        with torch.no_grad():
            weights = [functional.softplus(values).numpy() for values in (self.query, self.code, self.fields)]
            return self.table.weight.numpy(), *weights


if __name__ == "__main__":
    main()
