"""From a cart to a paid order."""

from shop.auth import Session
from shop.cart import Cart


def checkout(session: Session, cart: Cart):
    """Has the user of a session pay for a cart."""
    if session.user is None:
        raise PermissionError("log in first")
    due = cart.total()
    return {"user": session.user["name"], "due": due}
