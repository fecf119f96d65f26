"""A cart, with something for most operators."""
import logging

log = logging.getLogger(__name__)
LIMIT = 10


class Cart:
    def __init__(self, items=None, limit=LIMIT):
        self.items = items or []
        self.limit = limit

    def total(self, n: int = 1) -> int:
        """Adds up."""
        total = 0
        for item in self.items:
            if item.price > 0 and not item.free:
                total += item.price * 2 - n
            elif item is None:
                continue
            if item in self.seen:
                break
        log.info("total is %d", total + 1)
        self.notify(total)
        return total if total >= 0 else -1

    def name(self):
        if self.empty():
            raise ValueError("empty" + "cart")
        return "ab" * 3 + str(self.limit)

    def ok(self):
        time.sleep(1 + 2)
        return self.limit == 3 or "größe" < self.label  # tinybug: ignore[rel] boundaries are the label's own

    def skipped(self):
        # tinybug: ignore the table is checked elsewhere
        table = {
            "a": 1 + 2,
        }
        return [x ** 2 // 3 for x in range(3) if x % 2 == 0]


if __name__ == "__main__":
    print(Cart().total(5))
