"""Users, kept in memory."""

USERS = {"ada": {"name": "ada", "password": "lovelace", "admin": True}}


def find_user(name):
    """The user of a name, or none."""
    return USERS.get(name)
