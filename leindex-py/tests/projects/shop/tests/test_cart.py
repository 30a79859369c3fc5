from shop.cart import Cart


def test_total_with_tax():
    cart = Cart("no")
    cart.add(100, 2)
    assert cart.total() == 250
