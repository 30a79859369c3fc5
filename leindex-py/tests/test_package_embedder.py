"""Models from Python: what is made of them, and what the engine does with them.

The stand-ins encode by counting letters: texts of the same words are alike.
"""

from __future__ import annotations

import gc
import hashlib
import threading
import time
import warnings
import weakref
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy
import pytest
from shop_project import run_python

import leindex
from leindex import Project
from leindex._embedder import AdaptedEmbedder, adapted

DIMENSION = 64


def vectors(texts: list[str], dimension: int = DIMENSION) -> numpy.ndarray[Any, Any]:
    """A vector for each text, by its words."""
    made = numpy.zeros((len(texts), dimension), dtype=numpy.float32)
    for row, text in enumerate(texts):
        for word in "".join(sign if sign.isalnum() else " " for sign in text.lower()).split():
            made[row, int(hashlib.md5(word.encode()).hexdigest(), 16) % dimension] += 1
    return made


class Plain:
    """The least that is a model."""

    def __init__(self, name: str = "stand-in", dimension: int = DIMENSION) -> None:
        self.model_name = name
        self.size = dimension
        self.seen: list[str] = []

    def encode(self, sentences: list[str]) -> Any:
        self.seen += sentences
        return vectors(sentences, self.size)


class Nameless:
    """A model that does not say what it is."""

    def __init__(self, dimension: int = DIMENSION, factor: float = 1) -> None:
        self.size, self.factor = dimension, factor

    def encode(self, sentences: list[str]) -> Any:
        return vectors(sentences, self.size) * self.factor


class Prompted(Plain):
    """A model with prompts by name."""

    prompts: ClassVar = {"query": "query: ", "document": "passage: "}

    def encode(self, sentences: list[str], prompt_name: str | None = None, show_progress_bar: bool = True) -> Any:
        assert not show_progress_bar
        return super().encode([f"[{prompt_name}] {sentence}" for sentence in sentences])


class Methods(Plain):
    """A model with methods for both."""

    prompts: ClassVar = {"query": "unused"}

    def encode_query(self, sentences: list[str]) -> Any:
        return self.encode([f"Q {sentence}" for sentence in sentences])

    def encode_document(self, sentences: list[str]) -> Any:
        return self.encode([f"D {sentence}" for sentence in sentences])


def matrix(made: Any) -> numpy.ndarray[Any, Any]:
    return numpy.frombuffer(made, dtype=numpy.float32).reshape(-1, DIMENSION)


def test_documents_and_questions_become_float32_row_by_row(native: Any) -> None:
    embedder = adapted(Plain())
    texts = [f"text number {number}" for number in range(300)]
    made = memoryview(embedder.encode_documents(texts))
    assert made.format == "f" and made.contiguous
    assert numpy.array_equal(matrix(made), vectors(texts))
    question = memoryview(embedder.encode_query("text"))
    assert question.format == "f" and numpy.array_equal(matrix(question), vectors(["text"]))
    assert embedder.dimension == DIMENSION
    assert len(embedder.encode_documents([])) == 0


@pytest.mark.parametrize(
    "convert",
    [
        lambda made: made.astype(numpy.float64),
        lambda made: made.astype(numpy.float16),
        lambda made: numpy.asfortranarray(made),
        lambda made: made[:, ::1][::1],
        lambda made: made.tolist(),
        lambda made: [row for row in made],
        lambda made: [array("f", row) for row in made],
        lambda made: Tensor(made),
        lambda made: [Tensor(row) for row in made],
    ],
    ids=["float64", "float16", "fortran", "view", "lists", "rows", "arrays", "tensor", "tensors"],
)
def test_any_kind_of_array_is_taken(native: Any, convert: Any) -> None:
    class Other(Plain):
        def encode(self, sentences: list[str]) -> Any:
            return convert(vectors(sentences))

    made = adapted(Other()).encode_documents(["one two", "three"])
    assert numpy.array_equal(matrix(made), vectors(["one two", "three"]))


class Tensor:
    """What torch gives, as far as it matters."""

    def __init__(self, held: Any) -> None:
        self.held = held

    def detach(self) -> Tensor:
        return self

    cpu = float = detach

    def numpy(self) -> Any:
        return self.held


def test_prompts_stand_before_questions_and_documents(native: Any) -> None:
    model = Prompted()
    embedder = adapted(model)
    model.seen.clear()
    embedder.encode_documents(["a"])
    embedder.encode_query("b")
    assert model.seen == ["[document] a", "[query] b"]


def test_own_methods_are_preferred(native: Any) -> None:
    model = Methods()
    embedder = adapted(model)
    model.seen.clear()
    embedder.encode_documents(["a"])
    embedder.encode_query("b")
    assert model.seen == ["D a", "Q b"]


def test_prompts_that_encode_does_not_take_by_name_are_put_before(native: Any) -> None:
    model = Plain()
    model.prompts = {"query": "find: "}  # type: ignore[attr-defined]
    embedder = adapted(model)
    model.seen.clear()
    embedder.encode_query("b")
    embedder.encode_documents(["a"])
    assert model.seen == ["find: b", "a"]


def test_a_model_that_is_known_to_want_a_prefix_gets_it(native: Any) -> None:
    model = Plain("nomic-ai/CodeRankEmbed")
    embedder = adapted(model)
    model.seen.clear()
    embedder.encode_query("where is login")
    embedder.encode_documents(["def login"])
    assert model.seen == ["Represent this query for searching relevant code: where is login", "def login"]
    assert embedder.id.startswith("CodeRankEmbed:")


def identifiers() -> dict[str, AdaptedEmbedder]:
    """Models that differ from the first in one thing each."""

    def changed(**attributes: Any) -> AdaptedEmbedder:
        model = Plain()
        for name, value in attributes.items():
            setattr(model, name, value)
        return adapted(model)

    class Config:
        _commit_hash = "0123abc"

    return {
        "the first": adapted(Plain()),
        "another name": adapted(Plain("other")),
        "another dimension": adapted(Plain(dimension=32)),
        "another class": adapted(Prompted()),
        "a revision": changed(revision="v2"),
        "a commit": changed(config=Config()),
        "a length": changed(max_seq_length=128),
        "another length": changed(max_seq_length=512),
        "a prompt": changed(prompts={"query": "q: "}),
        "another prompt": changed(prompts={"query": "question: "}),
        "no name": adapted(Nameless()),
        "no name, other vectors": adapted(Nameless(factor=2)),
        "no name, another dimension": adapted(Nameless(dimension=32)),
    }


def test_an_id_changes_with_everything_that_changes_a_vector_and_with_nothing_else(native: Any) -> None:
    first, second = identifiers(), identifiers()
    ids = {what: embedder.id for what, embedder in first.items()}
    assert len(set(ids.values())) == len(ids), ids
    assert ids == {what: embedder.id for what, embedder in second.items()}
    for identifier in ids.values():
        assert 0 < len(identifier) <= 256 and identifier.isprintable()


def test_the_id_of_a_folder_changes_with_its_files(native: Any, tmp_path: Path) -> None:
    weights = tmp_path / "weights.bin"
    weights.write_bytes(b"1")
    first = adapted(Plain(str(tmp_path))).id
    assert adapted(Plain(str(tmp_path))).id == first
    weights.write_bytes(b"22")
    assert adapted(Plain(str(tmp_path))).id != first


def test_who_knows_better_gives_the_id(native: Any) -> None:
    assert adapted(Nameless(), "mine:1").id == "mine:1"
    with pytest.raises(leindex.RequestError, match="embedder_id"):
        adapted(Plain(), "  ")


@pytest.mark.parametrize("model", [object(), 7, "sentence-transformers/all", Plain])
def test_what_does_not_encode_is_refused(native: Any, model: Any) -> None:
    with pytest.raises(leindex.RequestError, match="has a method `encode"):
        adapted(model)


@pytest.mark.parametrize(
    "made",
    [lambda texts: vectors(texts)[:-1], lambda texts: vectors(texts, 3), lambda texts: []],
    ids=["rows", "columns", "none"],
)
def test_a_wrong_shape_is_said_with_the_right_one(native: Any, made: Any) -> None:
    class Wrong(Plain):
        dimension = DIMENSION

        def encode(self, sentences: list[str]) -> Any:
            return made(sentences)

    with pytest.raises(ValueError, match=r"array of shape \(2, 64\)"):
        adapted(Wrong()).encode_documents(["a", "b"])


def test_a_question_does_not_wait_for_all_documents(native: Any) -> None:
    order: list[str] = []
    begun, asked = threading.Event(), threading.Event()

    class Slow(Plain):
        dimension = DIMENSION

        def encode(self, sentences: list[str]) -> Any:
            order.append("question" if sentences == ["?"] else "documents")
            begun.set()
            if len(order) == 1:
                asked.wait(10)
                # The other thread stands in line by then.
                time.sleep(0.2)
            return vectors(sentences)

    embedder = adapted(Slow())
    documents = threading.Thread(target=embedder.encode_documents, args=([f"t{n}" for n in range(100)],))
    documents.start()
    begun.wait(10)
    question = threading.Thread(target=embedder.encode_query, args=("?",))
    question.start()
    asked.set()
    question.join(10)
    documents.join(10)
    assert order[:2] == ["documents", "question"] and order.count("documents") > 2


def wait_for(told: Any) -> None:
    """Waits until something is so; fails when it never is."""
    for _ in range(400):
        if told():
            return
        time.sleep(0.05)
    pytest.fail("it never came to be")


@pytest.fixture
def embedded(native: Any, shop: Path) -> Iterator[Project]:
    with Project(shop, in_memory=True, embedder=Plain()) as project:
        yield project


def test_vectors_are_made_in_the_background_and_search_uses_them(embedded: Project) -> None:
    wait_for(lambda: not embedded.embedding_stats().running)
    stats = embedded.embedding_stats()
    assert stats.embedded == stats.symbols > 0 and stats.error is None
    assert stats.dimension == DIMENSION and stats.model.startswith("stand-in:")
    assert embedded.search("tax rate of a country").model == stats.model
    assert embedded.stats().embedding == stats
    vectors = numpy.asarray(embedded.embeddings())
    assert vectors.shape[1] in (DIMENSION, 256)


def test_a_change_is_embedded_too(native: Any, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def first():\n    return 1\n", encoding="utf-8")
    model = Plain()
    with Project(tmp_path, in_memory=True, embedder=model) as project:
        wait_for(lambda: not project.embedding_stats().running)
        (tmp_path / "b.py").write_text("def second_of_two():\n    return 2\n", encoding="utf-8")
        assert project.symbol("second_of_two")
        wait_for(lambda: any("second_of_two" in text for text in model.seen))
        wait_for(lambda: (stats := project.embedding_stats()).embedded == stats.symbols)


def test_vectors_are_kept_under_the_model_that_made_them(native: Any, shop: Path, tmp_path: Path) -> None:
    def embedding(model: Plain) -> int:
        with Project(shop, store=tmp_path, embedder=model) as project:
            project.embed()
            stats = project.embedding_stats()
            assert stats.embedded == stats.symbols
        return len([text for text in model.seen if "lookup" in text])

    assert embedding(Plain()) > 0
    assert embedding(Plain()) == 0
    assert embedding(Plain("other")) > 0


def test_embedding_in_the_foreground_tells_how_far_it_is(native: Any, shop: Path) -> None:
    class Waiting(Plain):
        """Its background gives up, so that the foreground has something to do."""

        def __init__(self) -> None:
            super().__init__()
            self.dimension = DIMENSION
            self.works = False

        def encode(self, sentences: list[str]) -> Any:
            if not self.works:
                raise RuntimeError("not yet")
            return super().encode(sentences)

    model = Waiting()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Project(shop, in_memory=True, embedder=model) as project:
            wait_for(lambda: project.embedding_stats().error)
            model.works = True
            seen: list[tuple[int, int]] = []
            made = project.embed(limit=5, progress=lambda done, total: seen.append((done, total)))
            assert made == 5 and seen[-1] == (5, 5)
            wait_for(lambda: project.embedding_stats().error is None)


def test_a_failure_in_the_background_is_warned_of_and_told_by_stats(native: Any, shop: Path) -> None:
    class Broken(Plain):
        dimension = DIMENSION

        def encode(self, sentences: list[str]) -> Any:
            raise RuntimeError("out of memory on device 0")

    with (
        pytest.warns(RuntimeWarning, match="out of memory on device 0"),
        Project(shop, in_memory=True, embedder=Broken()) as project,
    ):
        wait_for(lambda: project.embedding_stats().error)
        assert "out of memory on device 0" in str(project.embedding_stats().error)
        assert any("out of memory on device 0" in warning for warning in project.stats().warnings)
        assert any("out of memory on device 0" in warning for warning in project.warnings())
        assert project.search("tax rate").hits, "the built-in model goes on"
        with pytest.raises(leindex.ModelError, match="out of memory on device 0"):
            project.embed()


@pytest.mark.parametrize(
    "made",
    [lambda texts: vectors(texts)[:-1], lambda texts: numpy.full((len(texts), DIMENSION), numpy.nan)],
    ids=["shape", "nan"],
)
def test_vectors_that_are_none_are_an_error_of_the_model(native: Any, shop: Path, made: Any) -> None:
    class Wrong(Plain):
        dimension = DIMENSION

        def encode(self, sentences: list[str]) -> Any:
            return made(sentences)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Project(shop, in_memory=True, embedder=Wrong()) as project:
            with pytest.raises(leindex.ModelError):
                project.embed()
            assert project.search("tax rate").hits


def test_a_forgotten_project_ends_its_thread(native: Any, shop: Path) -> None:
    project = Project(shop, in_memory=True, embedder=Plain())
    name = f"leindex-embed-{project.name}"
    gone = weakref.ref(project)
    del project
    gc.collect()
    assert gone() is None
    wait_for(lambda: name not in [thread.name for thread in threading.enumerate()])


def test_leaving_while_vectors_are_made_is_clean(native: Any, shop: Path) -> None:
    code = """
import sys, time, numpy, leindex
class Slow:
    model_name = "slow"
    dimension = 8
    def encode(self, sentences):
        print("encoding", flush=True)
        time.sleep(0.3)
        return numpy.ones((len(sentences), 8), dtype=numpy.float32)
project = leindex.Project(sys.argv[1], in_memory=True, embedder=Slow())
time.sleep(0.2)
"""
    done = run_python(code, str(shop))
    assert (done.returncode, done.stderr) == (0, ""), done
    assert "encoding" in done.stdout


def looped() -> list[Any]:
    """A list that is in itself."""
    made: list[Any] = []
    made.append(made)
    return made


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda texts: None, "gave NoneType"),
        (lambda texts: "vectors", "gave str"),
        (lambda texts: ["vectors"], "gave list"),
        (lambda texts: {"vectors": vectors(texts)}, "gave dict"),
        (lambda texts: [[1.0], [1.0, 2.0]], "gave list"),
        (lambda texts: looped(), "gave list"),
        (lambda texts: numpy.array([["a", "b"]]), "gave ndarray"),
        (lambda texts: numpy.zeros((len(texts), 8, 2)), r"shape \(1, 8, 2\)"),
        (lambda texts: numpy.zeros((2, 8)), r"shape \(2, 8\)"),
    ],
)
def test_an_answer_of_a_model_that_is_no_matrix_is_refused_when_a_project_opens(
    native: Any, shop: Path, made: Any, says: str
) -> None:
    class Wrong:
        def encode(self, sentences: list[str]) -> Any:
            return made(sentences)

    with pytest.raises(leindex.RequestError, match=f"{says}.*float32 array of shape"):
        Project(shop, in_memory=True, embedder=Wrong())


def test_a_model_that_raises_is_an_error_of_the_model_with_its_cause(native: Any, shop: Path) -> None:
    class Broken:
        def encode(self, sentences: list[str]) -> Any:
            raise KeyError("no weights")

    with pytest.raises(leindex.ModelError, match="the embedder failed: KeyError: 'no weights'") as refused:
        Project(shop, in_memory=True, embedder=Broken())
    assert isinstance(refused.value.__cause__, KeyError)
