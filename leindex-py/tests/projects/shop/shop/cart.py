"""The cart: what somebody wants to buy, and what it comes to."""

from shop.rates import lookup


class Line:
    """One article in a cart."""

    def __init__(self, price, count=1):
        self.price = price
        self.count = count

    def total(self):
        return self.price * self.count


class Cart:
    """All lines together."""

    def __init__(self, country):
        self.country = country
        self.lines = []

    def add(self, price, count=1):
        """Puts an article into the cart."""
        self.lines.append(Line(price, count))

    def total(self):
        """What is to be paid, with tax."""
        total = 0
        for line in self.lines:
            if line.count > 0:
                total += line.total()
        rate = lookup(self.country)
        return total * rate
