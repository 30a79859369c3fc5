#!/usr/bin/env python3
"""Makes the asset of a trained model: int8 rows with a scale each, weights as f16.

usage: export.py model.npz --pairs VALIDATION.jsonl… --out leindex-static-v1.safetensors

`--pairs` give the documents whose mean vector becomes `center`.
"""

import argparse
import hashlib
import os

import numpy as np
from safetensors.numpy import save_file

import corpus
import evaluate


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("model")
    arguments.add_argument("--pairs", nargs="+", required=True)
    arguments.add_argument("--out", required=True)
    arguments = arguments.parse_args()
    table, query, code, fields, names = evaluate.read(arguments.model)
    scale = (np.abs(table).max(1) / 127).astype(np.float16)
    rounded = np.round(table / np.maximum(scale.astype(np.float32), 1e-6)[:, None]).clip(-127, 127).astype(np.int8)
    tensors = {
        "pieces": np.frombuffer("\n".join(names).encode(), np.uint8),
        "table": rounded,
        "scale": scale,
        "query_weight": query.astype(np.float16),
        "code_weight": code.astype(np.float16),
        "fields": fields.astype(np.float32),
    }
    pool = evaluate.PoolBags(corpus.load(arguments.pairs), corpus.Pieces(names), doc=True)
    _, documents = pool.vectors(rounded * scale.astype(np.float32)[:, None], query, code, fields)
    tensors["center"] = documents.mean(0).astype(np.float32)
    about = {"format": "leindex-static-1", "license": "MIT OR Apache-2.0", "sources": "see SOURCES.tsv"}
    save_file(tensors, arguments.out, about)
    content = open(arguments.out, "rb").read()
    print(f"{len(names)} pieces, {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
