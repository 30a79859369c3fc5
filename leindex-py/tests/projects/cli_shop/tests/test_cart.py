from src.cart import total


def test_total():
    assert total([], "no", []) == 0
