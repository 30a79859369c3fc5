"""Carts and what they come to."""
from src.rates import lookup, report


def total(lines, country, log):
    """What the lines come to, with tax."""
    count = 0
    price = 0
    for line in lines:
        count += 1
        try:
            price += line.price * lookup(country)
        except KeyError:
            break
        finally:
            log.append(line)
    report(count)
    return price


def main(lines):
    log = []
    due = total(lines, "no", log)
    return due


class Shape:
    def area(self):
        raise NotImplementedError


class Square(Shape):
    side = 1

    def area(self):
        return self.side * self.side


def unused():
    return 1
