"""Models from Python: whatever encodes texts, in the form that the engine takes.

The engine wants four things of a model: vectors of documents, the vector of a question, their `dimension`, and an
`id` that changes with everything that changes a vector, for it is part of the key that vectors are stored under.
`adapted` finds them in any object that has `encode`: a `SentenceTransformer` fits as it is. It knows no model
library, and imports none.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import threading
import time
from array import array
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["AdaptedEmbedder", "Embedder", "adapted"]

#: What some models want before a question, where they do not say it themselves: by the last part of their name.
QUESTION_PREFIXES = {"coderankembed": "Represent this query for searching relevant code: "}
#: What models call the prompt that stands before a document.
DOCUMENT_PROMPTS = ("document", "passage", "corpus")
#: Attributes by which models say what they are.
NAMES = ("model_name_or_path", "name_or_path", "_name_or_path", "model_id", "base_model", "model_name")
#: Attributes by which they say which version of it.
VERSIONS = ("revision", "_commit_hash", "base_model_revision")
#: Attributes that change what a model makes of a text.
SETTINGS = ("max_seq_length", "truncate_dim", "default_prompt_name", "normalize_embeddings", "similarity_fn_name")
#: Texts that are encoded to tell models apart that do not say what they are.
PROBES = ("def login(user, password):", "Where is authentication handled?", "class Cart { total: number }")

#: Seconds that a batch of documents should take: as long waits a question that comes meanwhile.
BATCH_SECONDS = 0.25
#: Most texts of a batch.
MOST_TEXTS = 64
#: Lists in lists that a model's answer may be.
DEEPEST = 3


@runtime_checkable
class Embedder(Protocol):
    """A model: anything with `encode`, which makes a matrix of float32 of a list of texts, a row each.

    If it has `encode_query` and `encode_document`, those are called instead; if it has `prompts` with an entry `query`,
    questions are encoded with `prompt_name="query"`.
    """

    def encode(self, sentences: Any, /) -> Any: ...


class AdaptedEmbedder:
    """A model in the form that the engine takes. One thread at a time uses it; questions go before documents."""

    def __init__(self, model: Embedder, embedder_id: str | None = None) -> None:
        if isinstance(model, str | type) or not callable(getattr(model, "encode", None)):
            hint = "; load the model of that name, and give that" if isinstance(model, str) else ""
            message = f"an embedder has a method `encode(list[str])`, and {type(model).__name__} is none{hint}"
            raise _bad_request(message)
        self._turns = _Turns()
        self._batch = 8
        self._stopped = False
        self._name = _name_of(model)
        self._documents, self._questions = map(_guarded, _encoders(model))
        #: Numbers of a vector.
        self.dimension = _dimension(model) or len(_numbers(self._documents([PROBES[0]]), 1))
        if self.dimension == 0:
            raise _bad_request("the embedder gives vectors without numbers; `encode` must give a float32 array")
        #: What tells this model's vectors from any other's.
        self.id = embedder_id or self._digest(model)

    def encode_documents(self, texts: list[str]) -> Any:
        """A float32 matrix, a row for each text."""
        made = array("f")
        at = 0
        while at < len(texts):
            if self._stopped:
                raise RuntimeError("embedding was stopped")
            batch = texts[at : at + self._batch]
            with self._turns.of_documents():
                start = time.monotonic()
                vectors = self._documents(batch)
                taken = time.monotonic() - start
            made.frombytes(_matrix(vectors, len(batch), self.dimension))
            at += len(batch)
            if taken > BATCH_SECONDS and self._batch > 1:
                self._batch //= 2
            elif taken < BATCH_SECONDS / 4 and self._batch < MOST_TEXTS:
                self._batch *= 2
        return memoryview(made)

    def encode_query(self, text: str) -> Any:
        """The float32 vector of a question."""
        with self._turns.of_question():
            vectors = self._questions([text])
        return _matrix(vectors, 1, self.dimension).cast("f")

    def stop(self) -> None:
        """Ends the documents that are being encoded at the next batch, and all that come later."""
        self._stopped = True

    def _probed(self) -> str:
        """A digest of what a model makes of some texts."""
        digest = hashlib.blake2b(digest_size=16)
        for encode in (self._documents, self._questions):
            for text in PROBES:
                # What differs between two machines by the order of sums is not another model.
                numbers = [float(f"{value:.3g}") for value in _numbers(encode([text]), 1)]
                digest.update(json.dumps(numbers).encode())
        return digest.hexdigest()

    def _digest(self, model: Embedder) -> str:
        parts: dict[str, Any] = {
            "class": f"{type(model).__module__}.{type(model).__qualname__}",
            "dimension": self.dimension,
            "names": _said(model, (*NAMES, *VERSIONS)),
            "settings": _said(model, SETTINGS),
            "prompts": _prompts(model),
            "prefix": _prefix(model),
            "files": _files(self._name),
        }
        if not self._name:
            parts["vectors"] = self._probed()
        text = json.dumps(parts, sort_keys=True, default=str)
        name = _last_part(self._name) or type(model).__name__
        readable = "".join(character if character.isalnum() or character in "-._" else "-" for character in name)[:80]
        return f"{readable}:{hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}"


def adapted(model: Any, embedder_id: str | None = None) -> AdaptedEmbedder:
    """A model in the form that the engine takes. `embedder_id` is for those who know better what tells it from
    others."""
    if embedder_id is not None and not embedder_id.strip():
        raise _bad_request("`embedder_id` is empty; give what tells this model's vectors from any other's")
    return AdaptedEmbedder(model, embedder_id)


class _Turns:
    """One thread at a time, questions first: tokenizers do not like two, and people wait for questions."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._busy = False
        self._asking = 0

    @contextmanager
    def of_documents(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: not self._busy and not self._asking)
            self._busy = True
        try:
            yield
        finally:
            self._end()

    @contextmanager
    def of_question(self) -> Iterator[None]:
        with self._changed:
            self._asking += 1
            try:
                self._changed.wait_for(lambda: not self._busy)
            finally:
                self._asking -= 1
            self._busy = True
        try:
            yield
        finally:
            self._end()

    def _end(self) -> None:
        with self._changed:
            self._busy = False
            self._changed.notify_all()


def _encoders(model: Any) -> tuple[Callable[[list[str]], Any], Callable[[list[str]], Any]]:
    """What encodes documents, and what encodes questions."""
    prompts = _prompts(model)
    document_prompt = next((prompt for prompt in DOCUMENT_PROMPTS if prompts.get(prompt)), None)

    def by(method: str, prompt_name: str | None, prefix: str) -> Callable[[list[str]], Any]:
        function = getattr(model, method)
        options: dict[str, Any] = {}
        if _takes(function, "show_progress_bar"):
            options["show_progress_bar"] = False
        if prompt_name is not None and _takes(function, "prompt_name"):
            options["prompt_name"] = prompt_name
        elif prompt_name is not None:
            prefix = str(prompts[prompt_name])
        return lambda texts: function([prefix + text for text in texts] if prefix else texts, **options)

    documents = by("encode_document", None, "") if _has(model, "encode_document") else by("encode", document_prompt, "")
    if prompts.get("query"):
        # Its own method says it before each question.
        own = _has(model, "encode_query")
        questions = by("encode_query" if own else "encode", None if own else "query", "")
    else:
        questions = by("encode_query" if _has(model, "encode_query") else "encode", None, _prefix(model))
    return documents, questions


def _has(model: Any, method: str) -> bool:
    return callable(getattr(model, method, None))


def _takes(function: Callable[..., Any], name: str) -> bool:
    """Whether a function takes an argument of this name."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False
    return name in parameters


def _prompts(model: Any) -> Mapping[str, Any]:
    prompts = getattr(model, "prompts", None)
    return prompts if isinstance(prompts, Mapping) else {}


def _prefix(model: Any) -> str:
    for name in (name for names in _said(model, NAMES).values() for name in names):
        prefix = QUESTION_PREFIXES.get(_last_part(name).lower())
        if prefix is not None:
            return prefix
    return ""


def _last_part(name: str) -> str:
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _places(model: Any) -> Iterable[Any]:
    """Where a model may say what it is: itself, what it wraps, and the cards and settings of both."""
    yield model
    for attribute in ("model_card_data", "config"):
        yield getattr(model, attribute, None)
    try:
        first = model[0]
    except (TypeError, LookupError, AttributeError):
        return
    yield first
    inner = getattr(first, "auto_model", None)
    yield inner
    yield getattr(inner, "config", None)


def _said(model: Any, attributes: Iterable[str]) -> dict[str, list[str]]:
    """What a model says of itself by some attributes."""
    said: dict[str, list[str]] = {}
    for place in _places(model):
        for attribute in attributes:
            value = None if place is None else getattr(place, attribute, None)
            if isinstance(value, str | int | float) and value != "":
                said.setdefault(attribute, []).append(str(value))
    return said


def _name_of(model: Any) -> str:
    """The name or folder of a model; empty if it does not say."""
    said = _said(model, NAMES)
    return next((said[attribute][0] for attribute in NAMES if attribute in said), "")


def _files(name: str) -> list[tuple[str, int, int]]:
    """What lies in the folder of a model: weights that are trained on are another model under the same name."""
    if not name or not os.path.isdir(name):
        return []
    found = []
    for folder, _, files in os.walk(name):
        for file in files:
            path = os.path.join(folder, file)
            try:
                stamp = os.stat(path)
            except OSError:
                continue
            found.append((os.path.relpath(path, name), stamp.st_size, stamp.st_mtime_ns))
    return sorted(found)


def _dimension(model: Any) -> int:
    """The dimension that a model says it has; 0 if it does not."""
    for attribute in ("get_embedding_dimension", "get_sentence_embedding_dimension", "dimension"):
        value = getattr(model, attribute, None)
        if callable(value):
            value = value()
        if isinstance(value, int) and value > 0:
            return value
    return 0


def _matrix(vectors: Any, rows: int, dimension: int) -> memoryview:
    """The bytes of a model's answer as float32, row by row."""
    return memoryview(_numbers(vectors, rows, dimension)).cast("B")


def _numbers(vectors: Any, rows: int, dimension: int | None = None) -> array[float]:
    """The numbers of a model's answer, which has a row for each text."""
    wanted = f"`encode` must give a float32 array of shape ({rows}, {dimension or 'dimension'}), a row for each text"
    try:
        values, shape = _floats(vectors)
    except Exception as error:
        given = f"{type(vectors).__name__}, which is no array of numbers"
        raise _bad_request(f"the embedder gave {given}; {wanted}") from error
    fits = (shape[:1] == (rows,) and len(shape) == 2) or (rows == 1 and len(shape) == 1)
    if not fits or dimension not in (None, shape[-1]):
        raise _bad_request(f"the embedder gave an array of shape {shape} for {rows} texts; {wanted}")
    return values


def _floats(vectors: Any, depth: int = 0) -> tuple[array[float], tuple[int, ...]]:
    """The numbers of an array of any kind, a tensor, or lists, and its shape."""
    for step in ("detach", "cpu", "float", "numpy"):
        if hasattr(vectors, step) and not hasattr(vectors, "__array_interface__"):
            vectors = getattr(vectors, step)()
    if hasattr(vectors, "__array_interface__"):
        import numpy

        flat = numpy.ascontiguousarray(vectors, dtype=numpy.float32)
        return array("f", flat.tobytes()), numpy.shape(vectors)
    if isinstance(vectors, str | bytes | Mapping) or depth == DEEPEST:
        raise TypeError(f"{type(vectors).__name__} is no row of numbers")
    found = array("f")
    rows, shapes = 0, set[tuple[int, ...]]()
    for row in vectors:
        rows += 1
        if isinstance(row, int | float):
            found.append(row)
            shapes.add(())
        else:
            values, shape = _floats(row, depth + 1)
            found.extend(values)
            shapes.add(shape)
    if len(shapes) > 1:
        raise ValueError("its rows are of different lengths")
    return found, (rows, *(shapes.pop() if shapes else ()))


def _guarded(encode: Callable[[list[str]], Any]) -> Callable[[list[str]], Any]:
    """The same, with what a model raises as an error that says whose it is."""

    def guarded(texts: list[str]) -> Any:
        try:
            return encode(texts)
        except Exception as error:
            from leindex_rust import LeIndexError, ModelError

            if isinstance(error, LeIndexError):
                raise
            said = f"{type(error).__name__}: {error}".removesuffix(": ")
            raise ModelError(f"the embedder failed: {said}; correct its `encode`, or leave the embedder out") from error

    return guarded


def _bad_request(message: str) -> Exception:
    from leindex_rust import RequestError

    return RequestError(message)
