#!/usr/bin/env python3
"""Asks a sentence transformer what the questions of training pairs and the whole words of the vocabulary mean.

usage: base.py TRAIN.jsonl… --pieces pieces.txt --text FOLDER… --model FOLDER --out base.npz [--most 330000]

Pairs hold stems, which no transformer knows: each is written out as the word that it most often stands for in the source
text below `--text`. Questions are taken in turn from all projects and cut to 40 words. Writes `texts` (stems) and
`vectors` (f16, of unit length).
"""

import argparse
import collections
import os
import random
import re

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer

import corpus

WORD = re.compile(rb"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
ENDINGS = {"c", "cc", "cpp", "cs", "go", "h", "java", "js", "kt", "md", "php", "py", "rb", "rs", "scala", "swift", "ts"}


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("pairs", nargs="+")
    arguments.add_argument("--pieces", required=True)
    arguments.add_argument("--text", nargs="+", required=True)
    arguments.add_argument("--model", required=True)
    arguments.add_argument("--out", required=True)
    arguments.add_argument("--most", type=int, default=330_000)
    arguments.add_argument("--seed", type=int, default=7)
    arguments = arguments.parse_args()
    whole = [piece for piece in open(arguments.pieces).read().split("\n") if not piece.startswith("##") and len(piece) > 1]
    texts = whole + questions(corpus.load(arguments.pairs), arguments.most, random.Random(arguments.seed))
    written = spelled(arguments.text)
    spelt = [" ".join(written.get(stem, stem) for stem in text.split()) for text in texts]
    np.savez(arguments.out, texts="\n".join(texts), vectors=vectors(spelt, arguments.model))


def questions(pairs, most, random):
    """Questions of all projects, one of each in turn."""
    by_project = collections.defaultdict(list)
    for pair in pairs:
        by_project[pair["project"]].append(" ".join(pair["query"].split()[:40]))
    projects = [own for _, own in sorted(by_project.items())]
    for own in projects:
        random.shuffle(own)
    longest = max(map(len, projects))
    return [own[turn] for turn in range(longest) for own in projects if turn < len(own)][:most]


def spelled(folders):
    """The word that a stem most often stands for."""
    counts = collections.Counter()
    for folder in folders:
        for place, _, files in sorted(os.walk(folder)):
            for name in sorted(files):
                path = os.path.join(place, name)
                if name.rsplit(".", 1)[-1] in ENDINGS and os.path.getsize(path) < 400_000:
                    counts.update(word.lower() for word in WORD.findall(open(path, "rb").read()))
    best = {}
    for word, count in sorted(counts.items()):
        word = word.decode()
        best.setdefault(stem(word), collections.Counter())[word] += count
    return {stem: words.most_common(1)[0][0] for stem, words in best.items()}


def stem(word):
    """As `../src/words.rs` does."""
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 4 and word.endswith(("sses", "ches", "shes", "xes")):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending, least in (("ing", 5), ("ed", 4)):
        if len(word) > least and word.endswith(ending) and not word.endswith("eed"):
            word = word[: -len(ending)]
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def vectors(texts, folder):
    """Mean-pooled vectors of unit length, longest texts first."""
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    model = torch.ao.quantization.quantize_dynamic(model, {torch.nn.Linear}, dtype=torch.qint8)
    ids = [tokenizer(text, truncation=True, max_length=64)["input_ids"] for text in texts]
    order = sorted(range(len(ids)), key=lambda at: -len(ids[at]))
    found = np.zeros((len(ids), model.config.hidden_size), np.float16)
    with torch.inference_mode():
        for start in range(0, len(order), 64):
            batch = order[start : start + 64]
            tokens = torch.zeros(len(batch), len(ids[batch[0]]), dtype=torch.long)
            for row, at in enumerate(batch):
                tokens[row, : len(ids[at])] = torch.tensor(ids[at])
            mask = (torch.arange(tokens.shape[1]) < torch.tensor([[len(ids[at])] for at in batch])).long()
            states = model(input_ids=tokens, attention_mask=mask).last_hidden_state
            means = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            found[batch] = torch.nn.functional.normalize(means, dim=1).numpy().astype(np.float16)
    return found


if __name__ == "__main__":
    main()
