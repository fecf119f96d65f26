#include <regex>
#include <string>

static const std::regex code("^[a-z]+-[0-9]+$");

int totals(int price, int side, int flags) {
  int half = price / side;
  int rest = side % 3;
  int negative = -half;
  int positive = +half;
  int bits = (flags & 6) | (flags ^ 3);
  int inverse = ~flags;
  double rate = 0.5;
  half *= 2;
  flags &= 1;
  half--;
  LOG(INFO) << half + 1;
  return abs(half) - 1;
}

std::string label(int kind) {
  switch (kind) {
    case 1: return "one";
    default: return "";
  }
}

bool read(Shop& shop, bool done) {
  shop.limit = 10;
  shop.strict = true;
  for (auto& item : shop.items) {
    if (item.done) continue;
    if (item.last()) break;
  }
  while (more() || !done) step();
  auto name = done ? shop.items.front() : shop.other;
  return (shop <=> other) == 0 && shop.price == 2 * 3;
}
