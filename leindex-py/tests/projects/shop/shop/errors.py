"""What can go wrong in the shop."""


class ShopError(Exception):
    """Anything that goes wrong."""


class RateError(ShopError):
    """A country without a tax rate."""
