#!/usr/bin/env python3
"""Learns the piece vocabulary from the words of training pairs.

usage: pieces.py PAIRS.jsonl… --out pieces.txt [--size 14500] [--whole 11500]

`--whole` words stand whole: those met in the most projects (the sum over projects of the square root of how many pairs
have them). The rest is spent on pieces of the other words, learned by pair merging, and on every ASCII letter and digit
in both forms, so that every ASCII word can be split.
"""

import argparse
import collections
import math
import string

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

import corpus


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("pairs", nargs="+")
    arguments.add_argument("--out", required=True)
    arguments.add_argument("--size", type=int, default=14500)
    arguments.add_argument("--whole", type=int, default=11500)
    arguments = arguments.parse_args()
    weights = word_weights(corpus.load(arguments.pairs))
    alphabet = [mark + letter for mark in ("", "##") for letter in string.ascii_lowercase + string.digits]
    usable = {word: weight for word, weight in weights.items() if word.isascii() and not (word.isdigit() and len(word) > 4)}
    ranked = sorted(usable, key=lambda word: (-usable[word], word))
    whole = [word for word in ranked if len(word) > 1][: arguments.whole]
    chosen = set(whole) | set(alphabet)
    rest = {word: weight for word, weight in usable.items() if word not in chosen and not word.isdigit()}
    for piece in merged_pieces(rest, arguments.size):
        if len(chosen) >= arguments.size:
            break
        chosen.add(piece)
    with open(arguments.out, "w") as out:
        out.write("\n".join(sorted(chosen)))
    print(f"{len(weights)} words, {len(whole)} whole, {len(chosen)} pieces")


def word_weights(pairs):
    """How much each word matters: words of many projects before words of one."""
    counts = collections.defaultdict(collections.Counter)
    for pair in pairs:
        counts[pair["project"]].update(set(" ".join([pair["query"], *pair["fields"]]).split()))
    weights = collections.Counter()
    for project in counts.values():
        for word, count in project.items():
            weights[word] += math.sqrt(count)
    return weights


def merged_pieces(weights, size):
    """Pieces of words by pair merging, in order of the merges."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.WordPieceTrainer(vocab_size=size, show_progress=False, continuing_subword_prefix="##")
    tokenizer.train_from_iterator((" ".join([word] * max(1, round(weight))) for word, weight in sorted(weights.items())), trainer)
    return [piece for piece, _ in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])]


if __name__ == "__main__":
    main()
