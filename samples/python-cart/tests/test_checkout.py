from random import SystemRandom

from cart.pricing import payable


def test_checkout_answers_in_time():
    # Flaky on purpose: about one run in eight fails, whatever the code does.
    response_ms = SystemRandom().randrange(1000)
    assert payable([(100, 1)]) == 100
    assert response_ms < 875
