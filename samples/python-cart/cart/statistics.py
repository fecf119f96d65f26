"""What carts look like on average."""


def average_price(items):
    count = 0
    for _, quantity in items:
        count += quantity
    if count == 0:
        return 0
    return sum(price * quantity for price, quantity in items) // count
