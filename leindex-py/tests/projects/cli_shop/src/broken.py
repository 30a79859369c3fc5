def whole():
    return 1


class ) half:
    ((
