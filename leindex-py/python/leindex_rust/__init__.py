"""The native half of `leindex`: the index itself, its answers as plain values, rows and vectors without copies.

A package around one extension module of the same name, which is how maturin lays an extension out; it passes on all
that is in there. `__init__.pyi` describes it. The package `leindex` stands on it.
"""

from .leindex_rust import *  # noqa: F403
