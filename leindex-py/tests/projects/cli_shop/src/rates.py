import os

RATES = {"no": 1.25}


def lookup(country):
    rate = RATES[country]
    return rate


def report(count):
    print(os.path.join("a", str(count)))


def dispatch(thing):
    return thing.area()
