"""Who is there, and whether they may."""

from shop.store import find_user


class Session:
    """A visit of somebody who has logged in, or not yet."""

    def __init__(self):
        self.user = None

    def login(self, name, password):
        """Lets somebody in whose password is right."""
        user = find_user(name)
        if user is None or not check_password(user, password):
            return False
        self.user = user
        return True


class AdminSession(Session):
    """A visit of somebody who may change prices."""

    def login(self, name, password):
        if not super().login(name, password):
            return False
        return self.user["admin"]


def check_password(user, password):
    return user["password"] == password
