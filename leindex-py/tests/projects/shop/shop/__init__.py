"""A small shop."""

from shop.cart import Cart
from shop.auth import Session

__all__ = ["Cart", "Session"]
