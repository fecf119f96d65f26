import pytest

from cart.pricing import discount, payable, subtotal


def test_subtotal_adds_prices_times_quantities():
    assert subtotal([]) == 0
    assert subtotal([(250, 3), (99, 2)]) == 948


@pytest.mark.parametrize(
    ("total", "is_member", "expected"),
    [
        (9999, True, 0),
        (10000, True, 1000),
        (10005, True, 1000),
        (10005, False, 0),
        (20000, False, 0),
        (20001, False, 1000),
        (30030, False, 1501),
    ],
)
def test_discount_depends_on_total_and_membership(total, is_member, expected):
    assert discount(total, is_member) == expected


def test_payable_is_subtotal_less_discount():
    assert payable([(10005, 1)]) == 10005
    assert payable([(10005, 1)], is_member=True) == 9005
