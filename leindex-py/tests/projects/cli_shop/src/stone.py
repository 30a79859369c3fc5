"""The other half of a circle."""

from src import ring


def polish():
    return 2


def grind():
    return ring.rub()
