"""Imports what imports it."""

from src import stone


def rub():
    return stone.polish()


def _orphan():
    return 1
