"""Pairs as arrays: what the other scripts share.

A pair is a line written by the `pairs` example. Words are the index's sub-words; a word is split into pieces by greedy
longest match, and a word that cannot be split has none.
"""

import functools
import glob
import hashlib
import json
import os
import re

import numpy as np

FIELDS = 4
NAME, SIGNATURE, DOC, BODY = range(FIELDS)


class Pieces:
    """A piece vocabulary: word-initial pieces, and continuations marked `##`."""

    def __init__(self, pieces):
        self.rows = {piece: row for row, piece in enumerate(pieces)}
        self.longest = max(map(len, pieces))
        self.split = functools.cache(self._split)

    def _split(self, word):
        rows, at, mark = [], 0, ""
        while at < len(word):
            for end in range(min(len(word), at + self.longest), at, -1):
                row = self.rows.get(mark + word[at:end])
                if row is not None:
                    break
            else:
                return ()
            rows.append(row)
            at, mark = end, "##"
        return tuple(rows)

    def counts(self, words):
        """How often each piece stands in a text of words."""
        counts = {}
        for word in words.split():
            for row in self.split(word):
                counts[row] = counts.get(row, 0) + 1
        return counts


class Bags:
    """Texts as sparse rows: `ids[start:end]` with a vector of counts each."""

    def __init__(self, texts, pieces):
        """`texts`: per text, its fields (one for a query)."""
        ids, counts, starts = [], [], [0]
        for fields in texts:
            merged = {}
            for field, words in enumerate(fields):
                for row, count in pieces.counts(words).items():
                    merged.setdefault(row, [0] * len(fields))[field] = min(count, 255)
            ids.extend(merged)
            counts.extend(merged.values())
            starts.append(len(ids))
        self.ids = np.array(ids, np.int32)
        self.counts = np.array(counts, np.uint8).reshape(len(ids), -1)
        self.starts = np.array(starts, np.int64)

    def take(self, rows):
        """The bags of some texts: positions of their entries, and where each begins."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        at = np.arange(offsets[-1]) + np.repeat(self.starts[rows] - offsets[:-1], lengths)
        return at, offsets


def paths(patterns):
    """The files that match the patterns, in order of their names."""
    return sorted(path for pattern in patterns for path in glob.glob(pattern))


def project_of(path):
    """The package whose pairs a file holds."""
    return os.path.basename(path).removesuffix(".jsonl")


def load(patterns):
    """The pairs of files that match the patterns, in order of the files' names."""
    pairs = []
    for path in paths(patterns):
        with open(path) as lines:
            pairs.extend(json.loads(line) for line in lines)
    return pairs


def fingerprint(text):
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


def unique(pairs, seen_queries, seen_bodies):
    """Pairs whose question and whose body were not seen before; what is seen is added."""
    kept = []
    for pair in pairs:
        query, body = fingerprint(pair["query"]), fingerprint(pair["fields"][BODY])
        is_long = len(pair["fields"][BODY]) > 40
        if query in seen_queries or is_long and body in seen_bodies:
            continue
        seen_queries.add(query)
        seen_bodies.add(body)
        kept.append(pair)
    return kept
