"""What it costs to send a cart."""


def fee(weight, express):
    if express:
        return 900 + weight * 3
    return 400 + weight * 2
