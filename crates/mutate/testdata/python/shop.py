"""A shop, with what the cart has no use for."""
import re
from enum import Enum

CODE = re.compile(r"^[a-z]+-\d+$")
RATE = 0.5
NAME = ""
STRICT = True
SIZES = [1, 2, 3]
timeout = 30


class Colour(Enum):
    RED = 1
    BLUE = 2


class Shop:
    def __eq__(self, other):
        if self is other:
            return True
        return self.code == other.code

    def __repr__(self):
        return "Shop " + str(1 + 2)

    def totals(self, prices, side, flags):
        half = sum(prices) / len(prices)
        rest = side % 3
        whole = side // 4
        square = side ** 2
        negative = -half
        positive = +half
        bits = (flags & 6) | (flags ^ 3)
        shifted = flags << 2
        inverse = ~flags
        half *= 2
        flags &= 1
        total = rest + whole
        return half, rest, whole, square, negative, positive, bits, shifted, inverse

    def label(self, kind, names):
        # tinybug: ignore[lit] the texts are shown to nobody
        prefix = "kind"
        match kind:
            case 1 if names:
                return "one"
            case 2: return "two"
            case _:
                return prefix
        # never reached

    def read(self, path, names=None):
        try:
            names = names or []
            found = [name for name in names if name.strip()]
        except KeyError:
            raise ValueError("no " + path)
        while self.more():
            self.next = sorted(found, key=len, reverse=True)
        if self.open or self.ready(abs(self.size)):
            return min(self.size, 10)
        return "yes" if self.ready(1) else "no"

    def is_open(self, now):
        return not self.closed and self.since < now
