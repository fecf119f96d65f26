"""What a cart costs."""


def subtotal(items):
    total = 0
    for price, quantity in items:
        total += price * quantity
    return total


def discount(total, is_member):
    if total >= 10000 and is_member:
        return total // 10
    if total > 20000:
        return total // 20
    return 0


def payable(items, is_member=False):
    total = subtotal(items)
    return total - discount(total, is_member)
